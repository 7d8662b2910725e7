//! Values in paths, queries and headers that want to be something else: keys, separators, other members, other spellings.

use super::{Besieged, JSON};
use crate::common::body;

/// No member or policy id; some of them look like one.
const NO_IDS: [&str; 41] = [
    // The storage's own keys and separators, plain, encoded twice, and as DynamoDB's JSON.
    "%23",
    "MEMBER%23123",
    "123%23CLAIM%23",
    "123%2523",
    "%7B%22S%22%3A%22123%22%7D",
    // Other syntaxes' separators and tricks.
    "123%26memberId%3D456",
    "123%2C456",
    "123%7C456",
    "123:456",
    "123*",
    "123%27%20OR%20%271%27%3D%271",
    "%24%7Bjndi:ldap:%2F%2Fx%7D",
    "%3Cscript%3E",
    "..%2F..%2F456",
    "..%5C456",
    "%2e%2e",
    // Control characters and white space.
    "123%00",
    "%00",
    "123%0D%0ALocation:%20x",
    "123%0A",
    "123%09",
    "123%20",
    "+123",
    "123%7F",
    "123%C2%85",
    // Unicode that looks like 123 or abc, or is invisible.
    "%EF%BC%91%EF%BC%92%EF%BC%93",
    "%D9%A1%D9%A2%D9%A3",
    "%E2%91%A0",
    "%D0%B0bc",
    "12%CC%813",
    "%E2%80%AE321",
    "123%E2%80%8B",
    "%EF%BB%BF123",
    "123%C2%A0",
    // What is no UTF-8, and what is no escape.
    "%FF",
    "%C0%AF",
    "%E2%82",
    "%ED%A0%80",
    "%zz",
    "123%",
    "123%u0031",
];

#[tokio::test]
async fn no_member_id_reaches_another_key() {
    let it = Besieged::start().await;
    let long = ["a".repeat(65), "1".repeat(8000)];
    for id in NO_IDS.into_iter().chain(long.iter().map(String::as_str)) {
        let create = format!("/claim?memberId={id}&policyId=1&memberName=J");
        let list = format!("/claim?memberId={id}");
        it.api.json("POST", &create, &[], &body()).await.finds("memberId:invalid_format", id);
        it.api.get(&list).await.finds("memberId:invalid_format", id);
        it.api.get(&it.path(id)).await.finds("memberId:invalid_format", id);
        it.api.json("PUT", &it.path(id), &[], &body()).await.finds("memberId:invalid_format", id);
        it.api.send("DELETE", &it.path(id), &[], "").await.finds("memberId:invalid_format", id);
        let policy = format!("/claim?memberId=1&policyId={id}&memberName=J");
        it.api.json("POST", &policy, &[], &body()).await.finds("policyId:invalid_format", id);
    }
    it.stays_unharmed().await;
}

#[tokio::test]
async fn a_parameter_has_one_name_and_one_value() {
    let it = Besieged::start().await;
    for (query, error) in [
        ("memberId=123&memberId=456", "memberId:duplicate"),
        ("memberId=123&memberId=", "memberId:duplicate"),
        // The gateway splits a query at a raw semicolon, too.
        ("memberId=123;memberId=456", "memberId:duplicate"),
        ("memberId=123&member%49d=456", "memberId:duplicate"),
        ("memberId=123&limit=1&limit=1", "limit:duplicate"),
        ("memberid=123", "memberId:missing"),
        ("memberId%00=123", "memberId:missing"),
        ("memberId%20=123", "memberId:missing"),
        ("memberId[]=123", "memberId:missing"),
        ("memberId[$ne]=1", "memberId:missing"),
        ("PK=MEMBER%23123", "memberId:missing"),
        ("?memberId=123", "memberId:missing"),
        ("memberId", "memberId:invalid_format"),
        ("memberId==123", "memberId:invalid_format"),
        ("memberId=123&limit=99999999999999999999", "limit:out_of_range"),
        ("memberId=123&limit=-1", "limit:invalid_format"),
        ("memberId=123&limit=1e2", "limit:invalid_format"),
        ("memberId=123&limit=%EF%BC%91", "limit:invalid_format"),
        ("memberId=123&limit=NaN", "limit:invalid_format"),
        ("memberId=123&limit=", "limit:invalid_format"),
        ("memberId=123&status=pending%00", "status:invalid_value"),
        ("memberId=123&status=pending%27%20OR%201%3D1", "status:invalid_value"),
        ("memberId=123&nextToken=CLAIM%23", "nextToken:invalid_format"),
        ("memberId=123&nextToken=%7B%22PK%22%3A%22MEMBER%23456%22%7D", "nextToken:invalid_format"),
    ] {
        it.api.get(&format!("/claim?{query}")).await.finds(error, query);
    }
    it.stays_unharmed().await;
}

#[tokio::test]
async fn a_name_has_no_control_characters() {
    let it = Besieged::start().await;
    for name in ["J%00", "J%0D%0ASet-Cookie:%20x", "%0A", "J%1B%5B2J", "J%7F", "J%C2%85", "J%C2%9B31m"] {
        let target = format!("/claim?memberId=123&policyId=1&memberName={name}");
        it.api.json("POST", &target, &[], &body()).await.finds("memberName:invalid_format", name);
    }
    it.stays_unharmed().await;
}

#[tokio::test]
async fn another_spelling_of_a_claim_id_names_no_claim() {
    let it = Besieged::start().await;
    let id = it.claim.claim_id.to_string();
    let bare = id.replace('-', "");
    for other in [
        format!("{id}%00"),
        format!("{id}%20"),
        format!("%20{id}"),
        format!("{id}%2F"),
        format!("{id}%0D%0AX:%20y"),
        format!("{id};v=1"),
        format!("{id}%23"),
        format!("CLAIM%23{id}"),
        format!("%7B{id}%7D"),
        format!("urn:uuid:{id}"),
        bare.clone(),
        format!("{}-{}", &bare[..8], &bare[8..]),
        // As many bytes as an id has, in fewer characters; as many characters, in more bytes.
        format!("{}%EF%BC%91", &id[..33]),
        format!("%EF%BC%90{}", &id[1..]),
        format!("{}%CC%81", &id[..34]),
        format!("%E2%80%AE{}", &id[3..]),
        "%FF".repeat(36),
        "..%2F..%2Fclaim".to_owned(),
        "%2e%2e%2f".to_owned(),
        "null".to_owned(),
        "*".to_owned(),
        "0".repeat(1000),
    ] {
        let target = format!("/claim/{other}?memberId=123");
        it.api.get(&target).await.is_problem(404, "claim_not_found");
        it.api.json("PUT", &target, &[], &body()).await.is_problem(404, "claim_not_found");
        it.api.send("DELETE", &target, &[], "").await.is_problem(404, "claim_not_found");
    }
    it.stays_unharmed().await;
}

#[tokio::test]
async fn another_path_or_method_is_no_route() {
    let it = Besieged::start().await;
    let id = it.claim.claim_id;
    let by_id = it.path("123");
    for (method, target) in [
        ("DELETE", format!("/claim/../claim/{id}?memberId=123")),
        ("DELETE", format!("/claim/./{id}?memberId=123")),
        ("DELETE", format!("/claim//{id}?memberId=123")),
        ("DELETE", format!("/claim/{id}//?memberId=123")),
        ("DELETE", format!("/claim/{id}/..?memberId=123")),
        ("DELETE", format!("/claim%2F{id}?memberId=123")),
        ("DELETE", format!("/CLAIM/{id}?memberId=123")),
        ("DELETE", format!("/claim;x/{id}?memberId=123")),
        ("GET", "/../dev/claim?memberId=123".to_owned()),
        ("GET", "/..%2f..%2fetc/passwd".to_owned()),
        ("GET", "/%63laim?memberId=123".to_owned()),
        ("delete", by_id.clone()),
        ("PATCH", by_id.clone()),
        ("TRACE", by_id.clone()),
        ("OPTIONS", by_id.clone()),
        ("PROPFIND", by_id.clone()),
        ("POST", by_id.clone()),
        ("XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", by_id.clone()),
    ] {
        let answer = it.api.send(method, &target, &[("x-method-override", "DELETE")], "").await;
        assert_eq!(answer.status, 403, "{method} {target}: {}", answer.json);
        answer.is_problem(403, "forbidden");
    }
    // Of the headers that would change a method only one does (`recorded/` of the gateway), and a GET's body is nobody's.
    let headers = [("x-method-override", "DELETE"), ("x-http-method", "DELETE"), ("content-type", "application/json")];
    assert_eq!(it.api.send("GET", &by_id, &headers, body().to_string()).await.status, 200);
    it.stays_unharmed().await;
}

#[tokio::test]
async fn a_condition_or_key_that_is_none_is_refused() {
    let it = Besieged::start().await;
    let path = it.path("123");
    for tag in ["1", "\"1", "1\"", "'1'", "*, \"1\"", "\"1\" \"1\"", "\"1 \"", "**"].into_iter().chain([
        "\"１\"",
        "\"1\u{200b}\"",
        "null",
    ]) {
        let headers = [JSON[0], ("if-match", tag)];
        let put = it.api.send("PUT", &path, &headers, body().to_string()).await;
        put.finds("If-Match:invalid_format", tag);
        it.api.send("DELETE", &path, &headers, "").await.finds("If-Match:invalid_format", tag);
    }
    // Tags that no claim has.
    for tag in ["W/\"1\"", "\"+1\"", "\"01\"", "\"1.0\"", "\"-1\"", "\"\"", "\"99999999999999999999\""] {
        let headers = [JSON[0], ("if-match", tag)];
        let put = it.api.send("PUT", &path, &headers, body().to_string()).await;
        put.is_problem(412, "version_mismatch");
        it.api.send("DELETE", &path, &headers, "").await.is_problem(412, "version_mismatch");
    }
    let id = it.claim.claim_id.to_string();
    for key in [
        id.replace('-', ""),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        format!("{id}, {id}"),
        format!("{id}\u{200b}"),
        format!("{}１", &id[..33]),
        "../../x".to_owned(),
        "MEMBER#123".to_owned(),
        "x".repeat(5000),
    ] {
        let headers = [JSON[0], ("idempotency-key", key.as_str())];
        let create = "/claim?memberId=123&policyId=1&memberName=J";
        let error = "Idempotency-Key:invalid_format";
        it.api.send("POST", create, &headers, body().to_string()).await.finds(error, &key);
        it.api.send("PUT", &path, &headers, body().to_string()).await.finds(error, &key);
        it.api.send("DELETE", &path, &headers, "").await.finds(error, &key);
    }
    it.stays_unharmed().await;
}
