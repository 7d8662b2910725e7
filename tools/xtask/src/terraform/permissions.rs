//! Least privilege, statement by statement: every policy of the plan is written out as a line and compared with
//! `terraform/tests/permissions.txt`, which people read and review.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use serde_json::Value;

/// Separates a line from the reason for what it allows.
const REASON: &str = "  # ";

/// Shows the same policy a second time: the endpoint's and the bucket's own, effective one is what we read.
const SHOWN_ELSEWHERE: [&str; 3] = ["aws_s3_bucket", "aws_api_gateway_rest_api", "aws_vpc_endpoint_policy"];

/// One line per statement, by the address of what holds the policy.
type Listing = BTreeMap<String, Vec<String>>;

/// Fails where the plan allows anything else than the committed list says, or where a line of it needs a reason and has none.
pub fn check(plan: &Value, list: &Path, bless: bool) -> Result<(), Box<dyn Error>> {
    let planned = statements(plan)?;
    let committed = parse(&fs::read_to_string(list).unwrap_or_default());
    if bless {
        fs::write(list, render(&planned, &committed))?;
    }
    let committed = parse(&fs::read_to_string(list)?);
    let mistakes: Vec<String> = difference(&planned, &committed).into_iter().chain(unreasoned(&committed)).collect();
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(format!("{}\nIf this is meant: cargo xtask terraform --bless, then review the list.", mistakes.join("\n"))
        .into())
}

/// Every statement that the plan holds.
fn statements(plan: &Value) -> Result<Listing, Box<dyn Error>> {
    let mut found = Listing::new();
    let names = placeholders(plan);
    collect(&plan["planned_values"]["root_module"], &names, &mut found)?;
    if let Some(policy) = plan["planned_values"]["outputs"]["caller_policy"]["value"].as_str() {
        found.insert("output.caller_policy".to_owned(), lines(policy, &names)?);
    }
    if found.is_empty() { Err("the plan holds no policy at all".into()) } else { Ok(found) }
}

fn collect(module: &Value, names: &[(String, String)], found: &mut Listing) -> Result<(), Box<dyn Error>> {
    for resource in list(&module["resources"]) {
        let (kind, address) = (text(&resource["type"]), text(&resource["address"]));
        if kind.contains("policy_attachment") || !list(&resource["values"]["managed_policy_arns"]).is_empty() {
            return Err(format!("{address} attaches a policy that is written elsewhere; write it out inline").into());
        }
        if resource["mode"] != "managed" || SHOWN_ELSEWHERE.contains(&kind) {
            continue;
        }
        for attribute in ["assume_role_policy", "policy"] {
            if let Some(policy) = resource["values"][attribute].as_str().filter(|policy| policy.contains("Statement")) {
                let suffix = if attribute == "policy" { "" } else { ".assume_role_policy" };
                found.insert(format!("{address}{suffix}"), lines(policy, names)?);
            }
        }
        if kind == "aws_lambda_permission" {
            let values = &resource["values"];
            let line = format!(
                "Allow {} to {} if from {}",
                text(&values["action"]),
                text(&values["principal"]),
                text(&values["source_arn"])
            );
            found.insert(address.to_owned(), vec![general(&line, names)]);
        }
    }
    list(&module["child_modules"]).iter().try_for_each(|child| collect(child, names, found))
}

/// What differs from run to run, by a name that does not.
fn placeholders(plan: &Value) -> Vec<(String, String)> {
    let outputs = &plan["planned_values"]["outputs"];
    let account = text(&outputs["account_id"]["value"]);
    let outputs = [
        (text(&outputs["artifact_bucket"]["value"]), "{bucket}"),
        (text(&outputs["failures_bucket"]["value"]), "{bucket of failures}"),
        (text(&outputs["execute_api_endpoint"]["value"]), "{endpoint}"),
        (text(&outputs["rest_api_id"]["value"]), "{api}"),
        (account, "{account}"),
        (text(&outputs["region"]["value"]), "{region}"),
    ]
    .into_iter()
    .map(|(value, name)| (value.to_owned(), name.to_owned()));
    let mut ids = Vec::new();
    named_ids(&plan["planned_values"]["root_module"], &mut ids);
    outputs.chain(ids).filter(|(value, _)| !value.is_empty()).collect()
}

/// Endpoints and keys by what they are called.
fn named_ids(module: &Value, found: &mut Vec<(String, String)>) {
    for resource in list(&module["resources"]) {
        let values = &resource["values"];
        match text(&resource["type"]) {
            "aws_vpc_endpoint" => {
                found.push((text(&values["id"]).to_owned(), format!("{{endpoint {}}}", text(&values["tags"]["Name"]))));
            }
            "aws_dynamodb_table" => found.push((text(&values["stream_label"]).to_owned(), "{stream}".to_owned())),
            "aws_kms_key" => {
                found.push((text(&values["key_id"]).to_owned(), format!("{{key: {}}}", text(&values["description"]))));
            }
            _ => {}
        }
    }
    list(&module["child_modules"]).iter().for_each(|child| named_ids(child, found));
}

fn general(line: &str, names: &[(String, String)]) -> String {
    names.iter().fold(line.to_owned(), |line, (value, name)| line.replace(value, name))
}

/// A policy's statements as lines.
fn lines(policy: &str, names: &[(String, String)]) -> Result<Vec<String>, Box<dyn Error>> {
    let policy: Value = serde_json::from_str(policy)?;
    many(&policy["Statement"]).into_iter().map(|statement| Ok(general(&line(statement)?, names))).collect()
}

fn line(statement: &Value) -> Result<String, Box<dyn Error>> {
    let known = ["Sid", "Effect", "Action", "Resource", "Principal", "Condition"];
    if let Some(key) =
        statement.as_object().into_iter().flat_map(|keys| keys.keys()).find(|key| !known.contains(&key.as_str()))
    {
        return Err(format!(
            "{key} says what is meant by what it leaves out; write it the other way round: {statement}"
        )
        .into());
    }
    let mut line = format!("{} {}", text(&statement["Effect"]), sorted(&statement["Action"]));
    if !statement["Resource"].is_null() {
        line += &format!(" on {}", sorted(&statement["Resource"]));
    }
    match &statement["Principal"] {
        Value::Null => {}
        Value::Object(kinds) => {
            line += &format!(" to {}", kinds.values().map(sorted).collect::<Vec<_>>().join(" "));
        }
        everybody => line += &format!(" to {}", sorted(everybody)),
    }
    if !statement["Condition"].is_null() {
        line += &format!(" if {}", statement["Condition"]);
    }
    Ok(line)
}

/// Differences between plan and list, in words.
fn difference(planned: &Listing, committed: &Listing) -> Vec<String> {
    let bare = |line: &String| line.split(REASON).next().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for (address, lines) in planned {
        let listed: Vec<String> = committed.get(address).into_iter().flatten().map(bare).collect();
        found.extend(
            lines.iter().filter(|line| !listed.contains(line)).map(|line| format!("not listed: {address}: {line}")),
        );
        found.extend(
            listed.iter().filter(|line| !lines.contains(line)).map(|line| format!("not planned: {address}: {line}")),
        );
        if lines.len() != listed.len() && lines.iter().all(|line| listed.contains(line)) {
            found.push(format!("{address}: {} statements planned, {} listed", lines.len(), listed.len()));
        }
    }
    found.extend(
        committed
            .keys()
            .filter(|address| !planned.contains_key(*address))
            .map(|address| format!("not planned: {address}")),
    );
    found
}

/// Allowing lines that go too far whatever is listed, or that owe a reason.
fn unreasoned(committed: &Listing) -> Vec<String> {
    let mut found = Vec::new();
    for (address, lines) in committed {
        for line in lines.iter().filter(|line| line.starts_with("Allow ")) {
            let (rule, reason) = line.split_once(REASON).unwrap_or((line, ""));
            let words: Vec<&str> = rule.split(' ').collect();
            let actions = words.iter().skip(1).take_while(|word| !["on", "to", "if"].contains(word));
            let unconditional_everybody = rule.ends_with(" to *");
            if actions.clone().any(|action| action.contains('*')) {
                found.push(format!("an action with a wildcard: {address}: {line}"));
            }
            if (rule.contains(" on *") || unconditional_everybody) && (reason.is_empty() || reason.contains(MISSING)) {
                found.push(format!("* without a reason after «#»: {address}: {line}"));
            }
        }
    }
    found
}

const MISSING: &str = "REASON MISSING";

/// The list as text, reasons kept where the line is unchanged.
fn render(planned: &Listing, committed: &Listing) -> String {
    let mut text = String::from(
        "# Everything that anybody may do in this deployment, one line per statement, read from the plan of part-2.tfvars by\n\
         # `cargo xtask terraform`. «*» as a resource, or as a principal without a condition, owes a reason after «#».\n",
    );
    for (address, lines) in planned {
        text += &format!("\n{address}\n");
        for line in lines {
            let kept = committed.get(address).into_iter().flatten().find(|old| old.split(REASON).next() == Some(line));
            let owes = line.starts_with("Allow ") && (line.contains(" on *") || line.ends_with(" to *"));
            match kept {
                Some(old) => text += &format!("  {old}\n"),
                None if owes => text += &format!("  {line}{REASON}{MISSING}\n"),
                None => text += &format!("  {line}\n"),
            }
        }
    }
    text
}

fn parse(text: &str) -> Listing {
    let mut listing = Listing::new();
    let mut address = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        match line.strip_prefix("  ") {
            Some(statement) => listing.entry(address.clone()).or_default().push(statement.to_owned()),
            None => address = line.to_owned(),
        }
    }
    listing
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Policies may write one thing without a list around it.
fn many(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

fn sorted(value: &Value) -> String {
    let mut words: Vec<&str> = many(value).into_iter().map(text).collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(statement: &Value) -> Value {
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        json!({"planned_values": {"outputs": {"region": {"value": "eu-central-1"}}, "root_module": {"child_modules": [{"resources": [
            {"mode": "managed", "type": "aws_iam_role_policy", "address": "module.a.aws_iam_role_policy.b", "values": {"policy": policy}}
        ]}]}}})
    }

    fn mistakes(statement: &Value, list: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let (planned, committed) = (statements(&plan(statement))?, parse(list));
        Ok(difference(&planned, &committed).into_iter().chain(unreasoned(&committed)).collect())
    }

    #[test]
    fn what_is_listed_may_be() -> Result<(), Box<dyn Error>> {
        let statement = json!({"Effect": "Allow", "Action": ["s3:Put", "s3:Get"], "Resource": "arn:eu-central-1:x"});
        assert!(
            mistakes(&statement, "module.a.aws_iam_role_policy.b\n  Allow s3:Get s3:Put on arn:{region}:x\n")?
                .is_empty()
        );
        Ok(())
    }

    #[test]
    fn a_further_action_is_noticed() -> Result<(), Box<dyn Error>> {
        let statement = json!({"Effect": "Allow", "Action": ["s3:Put", "s3:Get"], "Resource": "x"});
        let found = mistakes(&statement, "module.a.aws_iam_role_policy.b\n  Allow s3:Get on x\n")?;
        assert_eq!(found.len(), 2, "{found:?}");
        Ok(())
    }

    #[test]
    fn a_wildcard_action_is_refused_even_if_listed() -> Result<(), Box<dyn Error>> {
        let statement = json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "x"});
        assert_eq!(mistakes(&statement, "module.a.aws_iam_role_policy.b\n  Allow s3:Get* on x  # because\n")?.len(), 1);
        Ok(())
    }

    #[test]
    fn every_resource_owes_a_reason() -> Result<(), Box<dyn Error>> {
        let statement = json!({"Effect": "Allow", "Action": "xray:Put", "Resource": "*"});
        let list = "module.a.aws_iam_role_policy.b\n  Allow xray:Put on *";
        assert_eq!(mistakes(&statement, list)?.len(), 1);
        assert!(mistakes(&statement, &format!("{list}  # it knows no resource\n"))?.is_empty());
        Ok(())
    }

    #[test]
    fn everybody_without_a_condition_owes_a_reason() -> Result<(), Box<dyn Error>> {
        let statement = json!({"Effect": "Allow", "Action": "s3:Get", "Resource": "x", "Principal": "*"});
        assert_eq!(mistakes(&statement, "module.a.aws_iam_role_policy.b\n  Allow s3:Get on x to *\n")?.len(), 1);
        Ok(())
    }

    #[test]
    fn a_reason_does_not_cover_another_statement() {
        let (planned, committed) =
            (parse("a\n  Allow b:C on *\n"), parse("a\n  Allow b:D on *  # it knows no resource\n"));
        let blessed = parse(&render(&planned, &committed));
        assert_eq!(unreasoned(&blessed).len(), 1, "{blessed:?}");
    }

    #[test]
    fn all_but_is_refused() {
        assert!(statements(&plan(&json!({"Effect": "Allow", "NotAction": "s3:Get", "Resource": "x"}))).is_err());
    }

    #[test]
    fn a_listed_policy_that_is_gone_is_noticed() -> Result<(), Box<dyn Error>> {
        let statement = json!({"Effect": "Allow", "Action": "s3:Get", "Resource": "x"});
        let list = "module.a.aws_iam_role_policy.b\n  Allow s3:Get on x\nmodule.gone\n  Allow s3:Put on x\n";
        assert_eq!(mistakes(&statement, list)?, ["not planned: module.gone"]);
        Ok(())
    }
}
