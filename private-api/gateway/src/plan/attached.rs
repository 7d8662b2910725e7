//! What a plan attaches to the roles that it deploys.

use std::collections::BTreeMap;

use serde_json::Value;

use super::resources::{Resource, Resources};

/// Something that decides what a role may do.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    /// The resource that says it.
    pub(crate) address: String,
    /// `None`: it is there, and the plan does not say what it holds.
    pub(crate) policy: Option<String>,
}

pub(super) fn to_roles(all: &Resources<'_>) -> BTreeMap<String, Vec<Attached>> {
    let known =
        all.of("aws_iam_role").filter_map(|role| Some((role.values["arn"].as_str()?.to_owned(), to_role(all, role))));
    known.collect()
}

fn to_role(all: &Resources<'_>, role: &Resource<'_>) -> Vec<Attached> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
    };
    // Whose one is that is not known yet: it may be this one's.
    let is_its = |of: &&Resource<'_>| of.values["role"] == role.values["name"] || of.unknown["role"] == true;
    let mut found: Vec<_> =
        all.of("aws_iam_role_policy").filter(is_its).map(|own| said(own, &own.values["policy"])).collect();
    // The role repeats them, as they were when it was last looked at.
    if found.is_empty() {
        let inline = role.values["inline_policy"].as_array().into_iter().flatten();
        found.extend(inline.filter(|own| own["policy"].is_string()).map(|own| said(role, &own["policy"])));
    }
    let attachments: Vec<_> = all.of("aws_iam_role_policy_attachment").filter(is_its).collect();
    found.extend(attachments.iter().map(|by| managed(all, by, by.values["policy_arn"].as_str())));
    if attachments.is_empty() {
        found.extend(texts(&role.values["managed_policy_arns"]).iter().map(|arn| managed(all, role, Some(arn))));
    }
    if role.values["permissions_boundary"].as_str().is_some_and(|arn| !arn.is_empty()) {
        found.push(said(role, &Value::Null));
    }
    found
}

/// A policy that is deployed by itself; AWS's own are not in the plan.
fn managed(all: &Resources<'_>, by: &Resource<'_>, arn: Option<&str>) -> Attached {
    let policy = all.of("aws_iam_policy").find(|policy| arn.is_some() && policy.values["arn"].as_str() == arn);
    said(by, policy.map_or(&Value::Null, |policy| &policy.values["policy"]))
}

fn said(by: &Resource<'_>, policy: &Value) -> Attached {
    Attached { address: by.address.to_owned(), policy: policy.as_str().map(str::to_owned) }
}
