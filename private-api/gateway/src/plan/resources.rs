//! Terraform's resources, of a state or of a plan.

use serde_json::{Map, Value};

use super::PlanError;

/// One of them.
pub(super) struct Resource<'a> {
    pub(super) address: &'a str,
    kind: &'a str,
    pub(super) values: &'a Value,
    /// Where a plan has `true`, the value comes with the apply.
    pub(super) unknown: &'a Value,
}

/// All that are managed.
pub(super) struct Resources<'a>(Vec<Resource<'a>>);

/// Of a state: `values`. Of a plan: what each resource is to become. With the outputs that are known.
pub(super) fn read(document: &Value) -> Result<(Resources<'_>, Map<String, Value>), PlanError> {
    let mut all = Vec::new();
    let mut outputs = Map::new();
    if let Some(changes) = document["resource_changes"].as_array() {
        all.extend(changes.iter().filter_map(of_change));
        for (name, change) in document["output_changes"].as_object().into_iter().flatten() {
            outputs.insert(name.clone(), change["after"].clone());
        }
    } else if let Some(root) = document["values"]["root_module"].as_object() {
        of_module(root, &mut all);
        for (name, output) in document["values"]["outputs"].as_object().into_iter().flatten() {
            outputs.insert(name.clone(), output["value"].clone());
        }
    } else {
        return Err(PlanError::Shape("it has neither values.root_module nor resource_changes".to_owned()));
    }
    outputs.retain(|_, value| !value.is_null());
    Ok((Resources(all), outputs))
}

fn of_change(change: &Value) -> Option<Resource<'_>> {
    let Value::Object(fields) = change else { return None };
    // What is left of a resource that was replaced, and what is to be destroyed, is no more.
    let is_gone = fields.contains_key("deposed") || change["change"]["after"].is_null();
    resource(change, &change["change"]["after"], &change["change"]["after_unknown"]).filter(|_| !is_gone)
}

fn of_module<'a>(module: &'a Map<String, Value>, all: &mut Vec<Resource<'a>>) {
    let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
    all.extend(list("resources").filter_map(|of| resource(of, &of["values"], &Value::Null)));
    list("child_modules").filter_map(Value::as_object).for_each(|module| of_module(module, all));
}

/// `None`: it is only looked up.
fn resource<'a>(of: &'a Value, values: &'a Value, unknown: &'a Value) -> Option<Resource<'a>> {
    let is_managed = of.get("mode").is_none_or(|mode| mode == "managed");
    let (address, kind) = (of["address"].as_str()?, of["type"].as_str()?);
    is_managed.then_some(Resource { address, kind, values, unknown })
}

impl<'a> Resources<'a> {
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = &Resource<'a>> {
        self.0.iter().filter(move |resource| resource.kind == kind)
    }

    pub(super) fn one(&self, kind: &str) -> Result<&Resource<'a>, PlanError> {
        let found: Vec<_> = self.of(kind).collect();
        match *found {
            [one] => Ok(one),
            [] => Err(PlanError::Not(format!("there is no {kind}"))),
            _ => {
                let addresses: Vec<_> = found.iter().map(|one| one.address).collect();
                Err(PlanError::Not(format!(
                    "there are {} {kind}, and one is wanted: {}",
                    found.len(),
                    addresses.join(", ")
                )))
            }
        }
    }

    /// Those of the service that private APIs are called by.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &Resource<'a>> {
        let of_service = |endpoint: &Resource<'_>| {
            endpoint.values["service_name"].as_str().is_some_and(|name| name.ends_with(".execute-api"))
        };
        self.of("aws_vpc_endpoint").filter(move |endpoint| of_service(endpoint))
    }
}

impl<'a> Resource<'a> {
    pub(super) fn text(&self, name: &str) -> Result<&'a str, PlanError> {
        self.optional_text(name)?.ok_or_else(|| self.not(&format!("a {name}")))
    }

    /// `None` if it is known to be absent.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, PlanError> {
        match self.values[name].as_str() {
            None if self.unknown[name] == true => Err(PlanError::Unknown(format!("{}: {name}", self.address))),
            found => Ok(found),
        }
    }

    pub(super) fn not(&self, what: &str) -> PlanError {
        PlanError::Not(format!("{} has not {what}", self.address))
    }
}
