//! The laws of the contract's types: what holds for every value, sampled.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_api_types::{
    Claim, ClaimAmount, ClaimId, ClaimPage, ClaimStatus, FieldErrorCode, IdempotencyKey, IfMatch, PageLimit,
    PolicyType, Problem, ProblemCode, Timestamp, Version,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// How many times longer than in an ordinary test run; `cargo xtask nightly` sets it.
fn longer() -> u32 {
    std::env::var("CLAIMS_TEST_LONGER").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

fn amounts() -> impl Strategy<Value = i64> {
    // The edges, small amounts, and everything.
    prop_oneof![
        Just(ClaimAmount::MIN.cents()),
        Just(ClaimAmount::MAX.cents()),
        1..=100_000i64,
        ClaimAmount::MIN.cents()..=ClaimAmount::MAX.cents(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000 * longer()))]

    #[test]
    fn an_amount_survives_json_and_text_exactly(cents in amounts()) {
        let amount = ClaimAmount::from_cents(cents).unwrap();
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<ClaimAmount>(&json).unwrap(), amount);
        prop_assert_eq!(json.parse::<ClaimAmount>().unwrap(), amount, "JSON is the plain decimal form");
        prop_assert_eq!(&amount.to_string(), &json, "and Display is the same");
        // Through a parsed document, as a proxy or a script would carry it.
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::from_value::<ClaimAmount>(value).unwrap(), amount);
        // Trailing zeros change nothing.
        let padded = format!("{}.{:02}", cents / 100, cents % 100);
        prop_assert_eq!(serde_json::from_str::<ClaimAmount>(&padded).unwrap(), amount);
    }

    #[test]
    fn a_third_decimal_is_refused(cents in amounts(), third in 1..=9u8) {
        let text = format!("{}.{:02}{third}", cents / 100, cents % 100);
        prop_assert!(serde_json::from_str::<ClaimAmount>(&text).is_err());
        prop_assert!(text.parse::<ClaimAmount>().is_err());
    }

    #[test]
    fn ids_order_by_time(a in 0..1u64 << 48, b in 0..1u64 << 48, r in any::<[u8; 10]>(), s in any::<[u8; 10]>()) {
        prop_assume!(a != b);
        let id = |ms, random| ClaimId::from(uuid::Builder::from_unix_timestamp_millis(ms, random).into_uuid());
        let (x, y) = (id(a, &r), id(b, &s));
        prop_assert_eq!(x < y, a < b);
        prop_assert_eq!(x.to_string() < y.to_string(), a < b, "as text too: the sort key is text");
    }

    #[test]
    fn every_string_round_trips_through_the_open_enumerations(text in "\\PC{0,40}") {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(&serde_json::to_string(&serde_json::from_str::<ClaimStatus>(&json).unwrap()).unwrap(), &json);
        prop_assert_eq!(&serde_json::to_string(&serde_json::from_str::<PolicyType>(&json).unwrap()).unwrap(), &json);
        prop_assert_eq!(&serde_json::to_string(&serde_json::from_str::<ProblemCode>(&json).unwrap()).unwrap(), &json);
        prop_assert_eq!(&serde_json::to_string(&serde_json::from_str::<FieldErrorCode>(&json).unwrap()).unwrap(), &json);
    }

    #[test]
    fn a_version_round_trips_as_an_entity_tag(number in 1..10_000_000_000_000_000_000u64) {
        let version = Version::new(number).unwrap();
        prop_assert_eq!(Version::from_etag(&version.etag()).unwrap(), version);
        prop_assert_eq!(version.etag().parse::<IfMatch>().unwrap(), IfMatch::from(version));
    }

    #[test]
    fn a_time_round_trips_to_the_millisecond(ms in -62_135_596_800_000i64..253_402_300_799_000) {
        let t = Timestamp::from(jiff::Timestamp::from_millisecond(ms).unwrap());
        prop_assert_eq!(t.to_string().parse::<Timestamp>().unwrap(), t);
        prop_assert_eq!(t.unix_millis(), ms);
    }

    #[test]
    fn statuses_order_as_the_machine_says(a in 0..6usize, b in 0..6usize) {
        use ClaimStatus::{Approved, Denied, InReview, Paid, Pending, Withdrawn};
        let (from, to) = (&ClaimStatus::KNOWN[a], &ClaimStatus::KNOWN[b]);
        let arrows = [
            (Pending, InReview), (InReview, Approved), (InReview, Denied), (Approved, Paid),
            (Pending, Withdrawn), (InReview, Withdrawn),
        ];
        prop_assert_eq!(from.may_become(to), from == to || arrows.contains(&(from.clone(), to.clone())));
    }
}

#[test]
fn amounts_out_of_range_are_refused_as_such() {
    for bad in ["0", "0.004", "-1", "1000000000", "1e18", "999999999.999e3", "-0.01"] {
        let error = serde_json::from_str::<ClaimAmount>(bad).unwrap_err().to_string();
        assert!(error.contains("between 0.01 and 999999999.99"), "{bad}: {error}");
    }
    for bad in ["\"500\"", "null", "true", "[1]"] {
        assert!(serde_json::from_str::<ClaimAmount>(bad).is_err(), "{bad}");
    }
    for bad in ["", ".", "5.", ".5", "+5", "-5", "5e3", "1_000", " 5", "99999999999999999999"] {
        assert!(bad.parse::<ClaimAmount>().is_err(), "{bad}");
    }
}

#[test]
fn a_create_key_is_a_version_7_uuid_of_at_most_five_minutes_ahead() {
    let now = Timestamp::from(jiff::Timestamp::from_millisecond(1_800_000_000_000).unwrap());
    let key =
        |ms: i64| IdempotencyKey::from(uuid::Builder::from_unix_timestamp_millis(ms as u64, &[7; 10]).into_uuid());
    assert!(key(now.unix_millis()).check_for_create(now).is_ok());
    assert!(key(now.unix_millis() + 300_000).check_for_create(now).is_ok());
    assert!(key(0).check_for_create(now).is_ok(), "late is never wrong");
    let ahead = key(now.unix_millis() + 300_001).check_for_create(now).unwrap_err();
    assert_eq!(ahead.code(), &FieldErrorCode::OutOfRange);
    let v4 = IdempotencyKey::from(Uuid::from_u128(0x2afe60e7_3f11_485a_8a69_16389ff52fbd));
    assert_eq!(v4.check_for_create(now).unwrap_err().code(), &FieldErrorCode::InvalidFormat);
}

#[test]
fn ids_have_one_spelling() {
    let text = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";
    assert_eq!(text.to_uppercase().parse::<ClaimId>().unwrap().to_string(), text);
    for bad in [
        "",
        "0190f8f40d3c7c3a9d536f1f2f7a9b10",
        "{0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10}",
        "urn:uuid:0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10",
        "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b1g",
    ] {
        assert!(bad.parse::<ClaimId>().is_err(), "{bad}");
    }
}

#[test]
fn if_match_is_a_star_or_tags_of_which_some_match_nothing() {
    assert_eq!("*".parse::<IfMatch>().unwrap(), IfMatch::Any);
    for nothing in ["\"\"", "\"0\"", "\"03\"", "\"+3\"", "W/\"3\"", "\"99999999999999999999\""] {
        assert_eq!(nothing.parse::<IfMatch>().unwrap(), IfMatch::OneOf(Vec::new()), "{nothing}");
    }
    for bad in ["", "3", "\"3", "*, \"3\"", "\"3\" \"4\""] {
        assert!(bad.parse::<IfMatch>().is_err(), "{bad}");
    }
}

#[test]
fn limits_are_whole_numbers_from_1_to_100() {
    assert_eq!("1".parse::<PageLimit>().unwrap(), PageLimit::MIN);
    assert_eq!("100".parse::<PageLimit>().unwrap(), PageLimit::MAX);
    for bad in ["", "0", "101", "-1", "+5", "05", "2.5", "ten", "99999999999"] {
        assert!(bad.parse::<PageLimit>().is_err(), "{bad}");
    }
}

fn tomorrows_claim() -> serde_json::Value {
    serde_json::json!({
        "claimId": "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10", "memberId": "m-secret", "policyId": "p-secret",
        "memberName": "Ada Secret", "policyType": "Pet", "claimAmount": 1234.56, "description": "secret accident",
        "status": "escalated", "createdAt": "2026-11-22T16:00:00.123Z", "updatedAt": "2026-11-22T16:00:00.123Z",
        "version": 1, "reviewer": {"name": "new field"}
    })
}

#[test]
fn todays_client_reads_tomorrows_claim_and_page() {
    let claim: Claim = serde_json::from_value(tomorrows_claim()).unwrap();
    assert_eq!(claim.status.as_str(), "escalated");
    assert_eq!(claim.policy_type.as_str(), "Pet");
    let mut back = tomorrows_claim();
    back.as_object_mut().unwrap().remove("reviewer");
    assert_eq!(serde_json::to_value(&claim).unwrap(), back);

    let page = serde_json::json!({"claims": [tomorrows_claim()], "nextToken": "opaque", "total": 1});
    let page: ClaimPage = serde_json::from_value(page).unwrap();
    assert_eq!(page.next_token.unwrap().as_str(), "opaque");
}

#[test]
fn a_problem_needs_nothing_but_its_code() {
    let problem: Problem = serde_json::from_str(r#"{"code":"brand_new","extra":1}"#).unwrap();
    assert_eq!(problem.code.as_str(), "brand_new");
    assert_eq!(serde_json::to_value(&problem).unwrap()["code"], "brand_new");
}

#[test]
fn debug_shows_nothing_personal() {
    let claim: Claim = serde_json::from_value(tomorrows_claim()).unwrap();
    let update = claim.to_update();
    let page = ClaimPage::new(vec![claim.clone()], None);
    let shown = format!(
        "{claim:?} {claim:#?} {update:?} {page:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        claim.member_id,
        claim.policy_id,
        claim.member_name,
        claim.description,
        claim.claim_amount,
        claim.status,
        claim.policy_type
    );
    for secret in ["secret", "Secret", "1234", "123456", "escalated", "Pet"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    assert!(shown.contains("0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"), "the id is what one debugs with");
}

#[test]
fn the_list_of_a_claims_fields_is_that_of_its_json_and_each_text_is_the_fields_own() {
    let claim = json!({
        "claimId": "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10", "memberId": "m", "policyId": "p", "memberName": "n",
        "policyType": "Health", "claimAmount": 19.9, "description": "d", "status": "pending",
        "createdAt": "2026-11-22T16:00:00.123Z", "updatedAt": "2026-11-22T16:00:00.124Z", "version": 3,
    });
    let read: Claim = serde_json::from_value(claim.clone()).unwrap();
    let texts: serde_json::Map<_, _> =
        Claim::FIELDS.into_iter().zip(read.texts()).map(|(name, text)| (name.to_owned(), text.into())).collect();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let said = claim.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value).into())).collect();
    assert_eq!(texts, said, "Claim::FIELDS and Claim::texts, beside its JSON");
}
