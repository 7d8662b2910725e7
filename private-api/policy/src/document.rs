//! A policy, read from its JSON. Whatever it says that is not understood is refused by name.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    Caller, Request,
    condition::Condition,
    pattern::{is_arn, is_arn_like, is_like},
    principal::{self, Named, Principals},
};

/// Whose policy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// An API's own. `api`: its execution ARN, of which the short form `execute-api:/…` leaves out the beginning.
    Resource {
        /// `arn:aws:execute-api:REGION:ACCOUNT:API`
        api: &'a str,
    },
    /// A VPC endpoint's.
    Endpoint,
    /// A user's or a role's own: it names no principal.
    Identity,
}

/// What is not understood, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{policy}{place}: {what}")]
pub struct PolicyError {
    policy: String,
    place: Place,
    what: String,
}

/// Which statement, from 1, and its `Sid`. Nothing where it is about the policy itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place(Option<(usize, Option<String>)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => Ok(()),
            Some((number, None)) => write!(f, ", statement {number}"),
            Some((number, Some(sid))) => write!(f, ", statement {number} ({sid})"),
        }
    }
}

/// A policy that has been understood.
#[derive(Clone, Debug)]
pub struct Policy {
    /// For people.
    pub(crate) name: String,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) place: Place,
    pub(crate) is_allow: bool,
    principals: Principals,
    actions: Listed,
    resources: Listed,
    conditions: Vec<Condition>,
}

/// What is listed, or everything else.
#[derive(Clone, Debug)]
struct Listed {
    patterns: Vec<String>,
    is_not: bool,
}

impl Policy {
    /// Reads one. `name` is what messages call it: `the resource policy`.
    ///
    /// # Errors
    /// Names what is not understood, and the statement.
    pub fn read(kind: Kind<'_>, name: &str, document: &Value) -> Result<Self, PolicyError> {
        let wrong = |place: Place, what: String| PolicyError { policy: name.to_owned(), place, what };
        let of_policy = |what: &str| wrong(Place::default(), what.to_owned());
        let fields = document.as_object().ok_or_else(|| of_policy("it is no JSON object"))?;
        if let Some(unknown) = unknown(fields, &["Version", "Id", "Statement"]) {
            return Err(of_policy(&format!("the element {unknown} is not understood")));
        }
        if fields.get("Version").is_some_and(|version| version != "2012-10-17" && version != "2008-10-17") {
            return Err(of_policy("its Version is not 2012-10-17"));
        }
        let statements = match fields.get("Statement") {
            Some(Value::Array(statements)) if !statements.is_empty() => statements.iter().collect(),
            Some(statement @ Value::Object(_)) => vec![statement],
            _ => return Err(of_policy("it has no Statement")),
        };
        let read = |(index, statement): (usize, &Value)| {
            let sid = statement["Sid"].as_str().map(str::to_owned);
            let place = Place(Some((index + 1, sid)));
            Statement::read(kind, place.clone(), statement).map_err(|what| wrong(place, what))
        };
        let statements = statements.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), statements })
    }

    /// As [`read`](Self::read), from text.
    ///
    /// # Errors
    /// When it is no JSON, too.
    pub fn parse(kind: Kind<'_>, name: &str, json: &str) -> Result<Self, PolicyError> {
        let document = serde_json::from_str(json).map_err(|error| PolicyError {
            policy: name.to_owned(),
            place: Place::default(),
            what: format!("it is no JSON: {error}"),
        })?;
        Self::read(kind, name, &document)
    }
}

impl Statement {
    fn read(kind: Kind<'_>, place: Place, statement: &Value) -> Result<Self, String> {
        const ELEMENTS: [&str; 9] = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        let fields = statement.as_object().ok_or("it is no JSON object")?;
        if let Some(unknown) = unknown(fields, &ELEMENTS) {
            return Err(format!("the element {unknown} is not understood"));
        }
        if fields.get("Sid").is_some_and(|sid| !sid.is_string()) {
            return Err("its Sid is no text".to_owned());
        }
        let is_allow = match fields.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err("its Effect is neither Allow nor Deny".to_owned()),
        };
        let principals = match (kind, fields.get("Principal"), fields.get("NotPrincipal")) {
            (Kind::Identity, None, None) => Principals::Attached,
            (Kind::Identity, ..) => return Err("a user's or a role's own policy names no principal".to_owned()),
            (_, Some(those), None) => Principals::Those(principal::read(those)?),
            (_, None, Some(those)) => Principals::NotThose(principal::read(those)?),
            _ => return Err("it has not one of Principal and NotPrincipal".to_owned()),
        };
        let actions = Listed::read(fields, "Action")?;
        if let Some(action) = actions.patterns.iter().find(|action| *action != "*" && !action.contains(':')) {
            return Err(format!("the action {action} is not understood: an action is SERVICE:NAME or *"));
        }
        // What is about other services alone says nothing of a call, whatever it says.
        if !actions.is_not && !actions.patterns.iter().any(|action| is_of_service(action)) {
            let nothing = Listed { patterns: Vec::new(), is_not: false };
            return Ok(Self {
                place,
                is_allow,
                principals,
                actions: nothing.clone(),
                resources: nothing,
                conditions: Vec::new(),
            });
        }
        let mut resources = Listed::read(fields, "Resource")?;
        for resource in &mut resources.patterns {
            if let (Kind::Resource { api }, Some(below)) = (kind, resource.strip_prefix("execute-api:/")) {
                *resource = format!("{api}/{below}");
            }
            if resource != "*" && !is_arn(resource) {
                return Err(format!("the resource {resource} is not understood: a resource is an ARN or *"));
            }
        }
        let mut conditions = Vec::new();
        match fields.get("Condition") {
            None => {}
            Some(Value::Object(operators)) => {
                for (operator, tested) in operators {
                    let tested = tested.as_object().ok_or_else(|| format!("{operator} has no keys"))?;
                    for (key, values) in tested {
                        conditions.push(Condition::read(operator, key, values)?);
                    }
                }
            }
            Some(_) => return Err("its Condition is no JSON object".to_owned()),
        }
        Ok(Self { place, is_allow, principals, actions, resources, conditions })
    }

    /// Whether it is about this call, by whomever.
    pub(crate) fn is_about(&self, request: &Request<'_>) -> bool {
        self.actions.names(|action| is_like(&request.action.to_ascii_lowercase(), &action.to_ascii_lowercase()))
            && self.resources.names(|resource| resource == "*" || is_arn_like(request.resource, resource))
            && self.conditions.iter().all(|condition| condition.holds(request))
    }

    pub(crate) fn allows(&self, caller: &Caller) -> Named {
        self.principals.allow(caller)
    }

    pub(crate) fn denies(&self, caller: &Caller) -> bool {
        self.principals.deny(caller)
    }
}

impl Listed {
    fn read(fields: &Map<String, Value>, element: &str) -> Result<Self, String> {
        let not = format!("Not{element}");
        let (element, listed, is_not) = match (fields.get(element), fields.get(&not)) {
            (Some(listed), None) => (element, listed, false),
            (None, Some(listed)) => (&*not, listed, true),
            _ => return Err(format!("it has not one of {element} and {not}")),
        };
        Ok(Self { patterns: texts(element, listed)?.into_iter().map(str::to_owned).collect(), is_not })
    }

    fn names(&self, is: impl Fn(&str) -> bool) -> bool {
        self.patterns.iter().any(|pattern| is(pattern)) != self.is_not
    }
}

/// Whether an action may be one of API Gateway's calls.
fn is_of_service(action: &str) -> bool {
    action == "*"
        || action.split_once(':').is_some_and(|(service, _)| is_like("execute-api", &service.to_ascii_lowercase()))
}

/// A text, or a list of them. Variables are not understood.
pub(crate) fn texts<'a>(element: &str, value: &'a Value) -> Result<Vec<&'a str>, String> {
    let all = match value {
        Value::String(text) => vec![Some(text.as_str())],
        Value::Array(texts) => texts.iter().map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let all: Option<Vec<_>> = all.into_iter().collect();
    let all =
        all.filter(|all| !all.is_empty()).ok_or_else(|| format!("{element} is neither a text nor a list of texts"))?;
    match all.iter().find(|text| text.contains("${")) {
        Some(text) => Err(format!("{element} has the variable in {text}, and variables are not understood")),
        None => Ok(all),
    }
}

fn unknown<'a>(fields: &'a Map<String, Value>, known: &[&str]) -> Option<&'a String> {
    fields.keys().find(|field| !known.contains(&field.as_str()))
}
