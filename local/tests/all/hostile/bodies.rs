//! Bodies that are no request, or want to be too much of one.

use serde_json::json;

use super::{Besieged, JSON};
use crate::common::{Api, CREATE, body, body_with};

/// The tutorial's body with one field's JSON text put in as it is.
fn with(field: &str, json: &str) -> Vec<u8> {
    let field_json = |name: &str, usual: &str| if name == field { json.to_owned() } else { usual.to_owned() };
    format!(
        r#"{{"policyType":{},"claimAmount":{},"description":{}}}"#,
        field_json("policyType", "\"Health\""),
        field_json("claimAmount", "500"),
        field_json("description", "\"d\""),
    )
    .into_bytes()
}

/// The tutorial's body with more fields.
fn and(more: &str) -> Vec<u8> {
    format!(r#"{{"policyType":"Health","claimAmount":500,"description":"d",{more}}}"#).into_bytes()
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[tokio::test]
async fn what_is_no_request_is_malformed() {
    let it = Besieged::start().await;
    let whole = body().to_string();
    let nested = |open: &str, close: &str, depth| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("deep arrays", nested("[", "]", 30_000).into()),
        ("deep objects", nested("{\"a\":", "}", 10_000).into()),
        ("a deep value", with("description", &nested("[", "]", 30_000))),
        ("a deep value of a field that is none", and(&format!("\"x\":{}", nested("{\"a\":", "}", 8_000)))),
        ("NaN", with("claimAmount", "NaN")),
        ("Infinity", with("claimAmount", "-Infinity")),
        ("hexadecimal", with("claimAmount", "0x10")),
        ("a leading zero", with("claimAmount", "0500")),
        ("no digits after the point", with("claimAmount", "1.")),
        ("no digits before the point", with("claimAmount", ".5")),
        ("a plus", with("claimAmount", "+1")),
        ("underscores", with("claimAmount", "1_000")),
        ("a number as DynamoDB writes it", with("claimAmount", r#"{"N":"5"}"#)),
        ("a number in a list", with("claimAmount", "[5]")),
        ("a truth", with("claimAmount", "true")),
        ("an operator", with("policyType", r#"{"$ne":"Health"}"#)),
        ("the same field, escaped", and(r#""status":"pending","\u0073tatus":"paid""#)),
        ("the same field, in other letters", and(r#""Status":"pending""#)),
        ("a storage key, escaped", and(r#""\u0050\u004b":"MEMBER#456""#)),
        ("a prototype", and(r#""__proto__":{"status":"paid"}"#)),
        ("a name of NULs", and(r#""\u0000":1"#)),
        ("half a surrogate pair", with("description", r#""\ud83d""#)),
        ("a raw control character", with("description", "\"a\u{1}b\"")),
        ("a raw line feed", with("description", "\"a\nb\"")),
        ("an escape that is none", with("description", r#""\x41""#)),
        ("single quotes", whole.replace('"', "'").into()),
        ("a trailing comma", whole.replace('}', ",}").into()),
        ("a comment", format!("/* */{whole}").into()),
        ("two requests", format!("{whole}\n{whole}").into()),
        ("a byte order mark", format!("\u{feff}{whole}").into()),
        ("UTF-16", utf_16(&whole)),
        ("gzip", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0]),
        ("NULs", vec![0; 1000]),
        ("not UTF-8", vec![0xff; 1000]),
        ("XML", br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>"#.to_vec()),
        ("a form", b"policyType=Health&claimAmount=500&description=d".to_vec()),
        ("a string of it", serde_json::to_vec(&whole).unwrap()),
        ("null", b"null".to_vec()),
        ("white space only", b" \r\n\t ".to_vec()),
    ];
    for (what, bytes) in rows {
        for (method, target) in [("POST", CREATE), ("PUT", &*it.path("123"))] {
            let answer = it.api.send(method, target, &JSON, bytes.clone()).await;
            assert_eq!(answer.status, 400, "{what}: {method} {}", answer.json);
            answer.is_problem(400, "malformed_body");
        }
    }
    it.stays_unharmed().await;
}

#[tokio::test]
async fn what_is_out_of_bounds_is_said_so() {
    let it = Besieged::start().await;
    for (what, bytes, error) in [
        ("sixty thousand digits", with("claimAmount", &"9".repeat(60_000)), "claimAmount:out_of_range"),
        (
            "sixty thousand decimals",
            with("claimAmount", &format!("1.{}1", "0".repeat(60_000))),
            "claimAmount:invalid_format",
        ),
        ("a huge exponent", with("claimAmount", "1e999999999999999999999"), "claimAmount:out_of_range"),
        ("a tiny exponent", with("claimAmount", "1e-999999999999999999999"), "claimAmount:out_of_range"),
        ("the largest double", with("claimAmount", "1.7976931348623157e308"), "claimAmount:out_of_range"),
        ("minus nothing", with("claimAmount", "-0"), "claimAmount:out_of_range"),
        ("one cent too many", with("claimAmount", "1000000000.00"), "claimAmount:out_of_range"),
        ("2^64 + 1", with("claimAmount", "18446744073709551617"), "claimAmount:out_of_range"),
        (
            "a long text of long characters",
            with("description", &format!("\"{}\"", "𝕏".repeat(2001))),
            "description:out_of_range",
        ),
        (
            "escapes count as what they mean",
            with("description", &format!("\"{}\"", "\\u0041".repeat(2001))),
            "description:out_of_range",
        ),
        ("fullwidth letters", with("policyType", "\"Ｈealth\""), "policyType:invalid_value"),
        ("an invisible letter", with("policyType", "\"Health\\u200b\""), "policyType:invalid_value"),
        ("a NUL at the end", with("policyType", "\"Health\\u0000\""), "policyType:invalid_value"),
        ("an empty word", with("policyType", "\"\""), "policyType:invalid_value"),
    ] {
        let answer = it.api.send("POST", CREATE, &JSON, bytes).await;
        answer.finds(error, what);
    }
    it.stays_unharmed().await;
}

/// Every mistake is listed, so a small request can ask for a large answer: one that a function may still give (6 MB).
#[tokio::test]
async fn ten_thousand_mistakes_still_fit_an_answer() {
    let it = Besieged::start().await;
    let fields: Vec<_> = (0..7000).map(|n| format!("\"{n:x}\":1")).collect();
    for bytes in [and(&fields.join(",")), and(&vec!["\"a\":1"; 10_000].join(","))] {
        assert!(bytes.len() <= 64 * 1024, "{}", bytes.len());
        let answer = it.api.send("POST", CREATE, &JSON, bytes).await;
        answer.is_problem(400, "malformed_body");
        assert!(answer.json.to_string().len() < 6 * 1024 * 1024);
    }
    it.stays_unharmed().await;
}

#[tokio::test]
async fn only_json_is_read() {
    let it = Besieged::start().await;
    for content_type in [
        "",
        "*/*",
        "application/*",
        "application/json, text/plain",
        "application/json,application/json",
        "text/json",
        "application/problem+json",
        "application/json+x",
        "application\\json",
        "multipart/form-data; boundary=application/json",
        "text/plain; application/json",
        "application/x-amz-json-1.0",
        "application/xml",
        "application/jsoｎ",
    ] {
        for (method, target) in [("POST", CREATE), ("PUT", &*it.path("123"))] {
            let answer = it.api.send(method, target, &[("content-type", content_type)], body().to_string()).await;
            assert_eq!(answer.status, 415, "{content_type}: {}", answer.json);
            answer.is_problem(415, "unsupported_media_type");
        }
    }
    it.stays_unharmed().await;
}

/// The other half of it: what looks hostile and is allowed comes back as it was sent.
#[tokio::test]
async fn awkward_text_is_kept_as_it_is() {
    let api = Api::start().await;
    for text in [
        "\0NUL",
        "\u{202e}right to left",
        "\u{2028}\u{2029}",
        "e\u{301} is not é",
        "👩‍👩‍👧‍👦",
        "\u{feff}\u{fffd}\u{10ffff}",
        "${jndi:ldap://x}",
        "'; DROP TABLE claims; --",
        "MEMBER#456",
        "{\"S\":\"x\"}",
        &"𝕏".repeat(2000),
    ] {
        let created = api.create(&[], &body_with("description", json!(text))).await;
        assert_eq!((created.status, &created.json["description"]), (201, &json!(text)));
        let target = format!("/claim/{}?memberId=123", created.json["claimId"].as_str().unwrap());
        assert_eq!(api.get(&target).await.json, created.json);
    }
}
