#![allow(clippy::unwrap_used)]

use super::*;

fn iam(arn: &str) -> Caller {
    Caller::Iam { arn: arn.to_owned() }
}

fn one(principal: &str, members: &str) -> Result<Callers, CallersError> {
    format!(r#"[{{"principal": "{principal}", "operations": ["getOrder"], "members": ["{members}"]}}]"#).parse()
}

#[test]
fn a_star_stands_for_letters() {
    for (wanted, like, unlike) in [
        ("12*", &["12", "123", "12*"][..], &["1", "2", "012", ""][..]),
        ("*", &["", "x", "a-b"], &[]),
        ("a*b", &["ab", "axb", "abab"], &["a", "b", "aba", "xab"]),
        ("a*b*c", &["abc", "a-b-c", "abbcc"], &["acb", "ac", "abcd"]),
        ("*1", &["1", "11", "a1"], &["12", ""]),
        ("a*a", &["aa", "aba"], &["a"]),
        ("12", &["12"], &["123", "1", "*"]),
    ] {
        assert!(like.iter().all(|text| is_like(text, wanted)), "{wanted}");
        assert!(!unlike.iter().any(|text| is_like(text, wanted)), "{wanted}");
    }
}

#[test]
fn a_principal_is_who_has_assumed_the_role_or_the_user_itself() {
    let allows =
        |principal: &str, caller: &Caller| one(principal, "*").unwrap().allow(caller, "getOrder", &["1"], None).is_ok();
    let session = |account: &str, role: &str| iam(&format!("arn:aws:sts::{account}:assumed-role/{role}/i-0abc"));
    let role = "arn:aws:iam::123456789012:role/";
    for (name, caller, is) in [
        ("clerk", session("123456789012", "clerk"), true),
        ("a/path/clerk", session("123456789012", "clerk"), true),
        ("clerk-*", session("123456789012", "clerk-7"), true),
        ("clerk", session("123456789013", "clerk"), false),
        ("clerk", session("123456789012", "clerk-7"), false),
        ("clerk", session("123456789012", "Clerk"), false),
        ("i-0abc", session("123456789012", "clerk"), false),
        ("clerk", iam("arn:aws:iam::123456789012:user/clerk"), false),
        ("clerk", iam("arn:aws:sts::123456789012:assumed-role/clerk"), false),
        ("clerk", iam("arn:aws:sts::123456789012:federated-user/clerk"), false),
        ("*", iam("clerk"), false),
        ("*", Caller::Network { vpce_id: None, source_ip: None }, false),
    ] {
        assert_eq!(allows(&format!("{role}{name}"), &caller), is, "{name} {caller:?}");
    }
    let user = "arn:aws:iam::123456789012:user/";
    for (wanted, name, is) in
        [("ann", "ann", true), ("a/ann", "a/ann", true), ("ann", "a/ann", false), ("an*", "ann", true)]
    {
        assert_eq!(allows(&format!("{user}{wanted}"), &iam(&format!("{user}{name}"))), is, "{wanted} {name}");
    }
    assert!(!allows(&format!("{user}clerk"), &session("123456789012", "clerk")));
}

#[test]
fn functions_lists_are_one_each_for_its_own_operation() {
    let list = |name: &str, operations: &str| {
        format!(r#"[{{"principal": "arn:aws:iam::123456789012:role/{name}", {operations}"members": ["*"]}}]"#)
    };
    let with =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let clerks: BTreeMap<_, _> = with(&[("CALLERS", &list("clerk", ""))]);
    let payers = with(&[("CALLERS", &list("payer", r#""operations": ["payOrder", "getOrder"], "#))]);
    let nobody = with(&[("CALLERS", "[]")]);
    let all = Callers::of_functions([("getOrder", &clerks), ("payOrder", &payers), ("dropOrder", &nobody)]);
    let all = all.unwrap().unwrap();
    let may = |role: &str, operation| {
        let caller = iam(&format!("arn:aws:sts::123456789012:assumed-role/{role}/x"));
        all.allow(&caller, operation, &["1"], None).is_ok()
    };
    let found =
        ["clerk", "payer"].map(|role| ["getOrder", "payOrder", "dropOrder"].map(|operation| may(role, operation)));
    assert_eq!(found, [[true, false, false], [false, true, false]]);

    let (none, wrong) = (BTreeMap::new(), with(&[("CALLERS", "{}")]));
    let report = with(&[("CALLERS", "[]"), ("CALLERS_MODE", "report")]);
    let of = |functions: &[(&str, &BTreeMap<String, String>)]| Callers::of_functions(functions.iter().copied());
    assert_eq!(of(&[("getOrder", &none)]).unwrap(), None);
    assert!(of(&[("getOrder", &report)]).unwrap().unwrap().is_report);
    for (functions, says) in [
        (&[("getOrder", &clerks), ("payOrder", &none)], "getOrder has CALLERS, and payOrder has none"),
        (&[("getOrder", &clerks), ("payOrder", &report)], "getOrder and payOrder differ in CALLERS_MODE"),
        (&[("getOrder", &clerks), ("payOrder", &wrong)], "the callers are not readable"),
    ] {
        assert!(of(functions).unwrap_err().to_string().contains(says), "{says}");
    }
}

#[test]
fn what_would_allow_something_else_than_it_says_is_refused() {
    for wrong in [
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::12345678901:role/a",
        "arn:aws:iam::*:role/a",
        "arn:aws:iam::123456789012:role/p*/a",
        "arn:aws:iam::123456789012:group/a",
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:assumed-role/a/b",
        "arn:*:iam::123456789012:role/a",
        "*",
    ] {
        assert!(one(wrong, "1").unwrap_err().to_string().contains("is not arn:aws:iam::"), "{wrong}");
    }
    let role = "arn:aws:iam::123456789012:role/a";
    assert!(one(role, "").unwrap_err().to_string().starts_with("callers, entry 1: an empty list or text"));
    for (json, says) in [
        (format!(r#"[{{"principal": "{role}", "operations": [], "members": ["1"]}}]"#), "entry 1: an empty list"),
        (format!(r#"[{{"principal": "{role}", "members": ["1"], "status": ["a"]}}]"#), "unknown field `status`"),
        (format!(r#"[{{"principal": "{role}"}}]"#), "missing field `members`"),
        (
            format!(
                r#"[{{"principal": "{role}", "members": ["1"]}}, {{"principal": "{}", "members": ["2"]}}]"#,
                role.replace("role/", "role/path/")
            ),
            "entry 2: another entry's role differs by its path alone",
        ),
        ("{}".to_owned(), "not readable"),
    ] {
        let error = json.parse::<Callers>().unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let callers = one(role, "1").unwrap();
    callers.check_names(&["getOrder"], &[]).unwrap();
    let error = callers.check_names(&["listOrders"], &[]).unwrap_err().to_string();
    assert_eq!(error, "callers, entry 1: there is no operation \"getOrder\": there are listOrders");
}
