//! Security: each operation's credential becomes what checks it at the gateway, or is refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Authorization, Options};
use crate::{node::Node, rules};

/// The schemes of the document, and those that the import needs.
pub(super) struct Security {
    root: Option<Value>,
    made: Map<String, Value>,
    inherited: bool,
    root_is_open: bool,
    /// What is wrong with the root's requirements, if an operation inherits them.
    wrong: BTreeMap<&'static str, (&'static rules::Rule, String)>,
    used: BTreeSet<String>,
}

/// What one requirement comes to.
enum Means {
    Nothing,
    Asked(Vec<(String, Value)>),
}

type Wrong = (&'static rules::Rule, String);

impl Security {
    pub(super) fn new(root: &Node<'_, '_>) -> Self {
        Self {
            root: root.value.get("security").cloned(),
            made: Map::new(),
            inherited: false,
            root_is_open: false,
            wrong: BTreeMap::new(),
            used: BTreeSet::new(),
        }
    }

    pub(super) fn into_made(self) -> Map<String, Value> {
        self.made
    }

    /// The members that this operation gets.
    pub(super) fn of_operation(&mut self, operation: &Node<'_, '_>, options: &Options) -> Vec<(String, Value)> {
        let schemes = operation.reading().root().get("components").and_then(|c| c.get("securitySchemes"));
        if let Some(own) = operation.get("security") {
            let requirements = own.whole();
            return match self.means(&requirements, schemes.as_ref(), options) {
                Ok(Means::Asked(asked)) => asked,
                Ok(Means::Nothing) => {
                    if requirements.as_array().is_some_and(|alternatives| !alternatives.is_empty()) {
                        own.note(why_open(&requirements));
                    }
                    Vec::new()
                }
                Err((rule, what)) => {
                    own.refuse(rule, what);
                    Vec::new()
                }
            };
        }
        let Some(requirements) = self.root.clone() else { return Vec::new() };
        self.inherited = true;
        match self.means(&requirements, schemes.as_ref(), options) {
            Ok(Means::Asked(asked)) => asked,
            Ok(Means::Nothing) => {
                self.root_is_open = requirements != json!([]);
                Vec::new()
            }
            Err((rule, what)) => {
                self.wrong.insert(rule.id, (rule, what));
                Vec::new()
            }
        }
    }

    /// At the end: what the root's requirements came to.
    pub(super) fn root_is_read(&self, root: &Node<'_, '_>) {
        let schemes = root.get("components").and_then(|c| c.get("securitySchemes"));
        for (_, scheme) in schemes.iter().flat_map(Node::fields).filter(|(name, _)| self.used.contains(*name)) {
            scheme.dereferenced().iter().for_each(look_at);
        }
        let Some(security) = root.get("security") else { return };
        if !self.inherited {
            security.note(&rules::UNUSED_COMPONENT);
        } else if self.wrong.is_empty() {
            security.whole();
            if self.root_is_open {
                security.note(why_open(security.value));
            }
        }
        for (rule, what) in self.wrong.values() {
            security.refuse(rule, what.clone());
        }
    }

    fn means(
        &mut self,
        requirements: &Value,
        schemes: Option<&Node<'_, '_>>,
        options: &Options,
    ) -> Result<Means, Wrong> {
        let Some(alternatives) = requirements.as_array() else {
            return Err((&rules::MALFORMED, "must be an array".to_owned()));
        };
        let names = alternatives.iter().filter_map(Value::as_object).flat_map(Map::keys);
        self.used.extend(names.cloned());
        if alternatives.is_empty() || is_open(requirements) {
            return Ok(Means::Nothing);
        }
        let mut ways: Vec<Vec<(String, Value)>> = Vec::new();
        for alternative in alternatives {
            let way = self.requirement(alternative, schemes, options)?;
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        match ways.len() {
            1 => Ok(ways.remove(0)).map(|way| if way.is_empty() { Means::Nothing } else { Means::Asked(way) }),
            // Where one way is the function's business, the gateway has to let every call through.
            _ if ways.iter().any(Vec::is_empty) => Ok(Means::Nothing),
            _ => Err((&rules::SECURITY_CHOICE, "these are alternatives, and the method has one authorization".into())),
        }
    }

    /// What has to be checked at once.
    fn requirement(
        &mut self,
        requirement: &Value,
        schemes: Option<&Node<'_, '_>>,
        options: &Options,
    ) -> Result<Vec<(String, Value)>, Wrong> {
        let (mut kept, mut iam, mut authorizers) = (Map::new(), false, 0);
        for (name, scopes) in requirement.as_object().into_iter().flatten() {
            let scheme = schemes.and_then(|schemes| schemes.get(name)).and_then(|scheme| scheme.resolved());
            match checked_by(name, scheme.as_ref().map(|s| s.value), options)? {
                Checked::Nowhere => {}
                Checked::Iam => iam = true,
                Checked::Scheme(scheme, is_authorizer) => {
                    authorizers += usize::from(is_authorizer);
                    self.made.insert(name.clone(), scheme);
                    kept.insert(name.clone(), scopes.clone());
                }
            }
        }
        if authorizers + usize::from(iam) > 1 {
            return Err((&rules::SECURITY_CHOICE, "two authorizations at once".to_owned()));
        }
        let mut asked = Vec::new();
        if iam {
            asked.push(("x-amazon-apigateway-auth".to_owned(), json!({"type": "AWS_IAM"})));
        }
        if !kept.is_empty() {
            asked.push(("security".to_owned(), json!([kept])));
        }
        Ok(asked)
    }
}

enum Checked {
    /// The function does.
    Nowhere,
    Iam,
    /// The scheme for the import, and whether it is an authorizer (an API key is none).
    Scheme(Value, bool),
}

fn checked_by(name: &str, scheme: Option<&Value>, options: &Options) -> Result<Checked, Wrong> {
    match options.authorization.get(name) {
        Some(Authorization::None) => return Ok(Checked::Nowhere),
        Some(Authorization::Iam) => return Ok(Checked::Iam),
        Some(Authorization::Authorizer(given)) => return authorizer(name, given),
        None => {}
    }
    let Some(scheme) = scheme else {
        return Err((&rules::MALFORMED, format!("components.securitySchemes has no {name:?}")));
    };
    let says =
        |key: &str, word: &str| scheme.get(key).and_then(Value::as_str).is_some_and(|v| v.eq_ignore_ascii_case(word));
    if says("x-amazon-apigateway-authtype", "awsSigv4") {
        Ok(Checked::Iam)
    } else if scheme.get("x-amazon-apigateway-authorizer").is_some() {
        authorizer(name, scheme)
    } else if says("type", "apiKey") && says("in", "header") && says("name", "x-api-key") {
        Ok(Checked::Scheme(kept(scheme), false))
    } else {
        Err((&rules::SECURITY, format!("the scheme {name:?} names nobody who checks it")))
    }
}

fn authorizer(name: &str, scheme: &Value) -> Result<Checked, Wrong> {
    let has = |key: &str| scheme.get(key).is_some_and(Value::is_string);
    if scheme.get("type").is_none_or(|t| t != "apiKey") || !has("name") || !has("in") {
        return Err((
            &rules::SCHEME_TYPE,
            format!("the authorizer {name:?} is not of type apiKey with name and place"),
        ));
    }
    let has_authorizer = scheme.get("x-amazon-apigateway-authorizer").is_some_and(Value::is_object);
    if !has_authorizer {
        return Err((&rules::SECURITY, format!("the scheme {name:?} has no x-amazon-apigateway-authorizer")));
    }
    Ok(Checked::Scheme(kept(scheme), true))
}

/// A scheme as the import reads it.
fn kept(scheme: &Value) -> Value {
    let known = |key: &String| SCHEME.contains(&key.as_str()) || key.starts_with("x-amazon-apigateway-");
    let fields = scheme.as_object().into_iter().flatten();
    fields.filter(|(key, _)| known(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

const SCHEME: [&str; 4] = ["type", "description", "name", "in"];

/// Each word of a scheme that an operation asks for: what checks it has been said, or refused.
fn look_at(scheme: &Node<'_, '_>) {
    for (key, word) in scheme.fields() {
        match key {
            key if SCHEME.contains(&key) || key.starts_with("x-amazon-apigateway-") => drop(word.whole()),
            "scheme" | "bearerFormat" | "flows" | "openIdConnectUrl" => word.note(&rules::SCHEME_WORD),
            key if Node::is_extension(key) => word.note(&rules::VENDOR_WORD),
            _ => {}
        }
    }
}

fn why_open(requirements: &Value) -> &'static rules::Rule {
    if is_open(requirements) { &rules::OPTIONAL_SECURITY } else { &rules::FUNCTION_CHECKS }
}

/// Whether a call without any credential is one of the alternatives.
fn is_open(requirements: &Value) -> bool {
    requirements.as_array().into_iter().flatten().any(|r| r.as_object().is_some_and(Map::is_empty))
}
