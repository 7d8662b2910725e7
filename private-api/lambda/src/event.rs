//! API Gateway's proxy event, read from its JSON. What cannot be read is told by its place and kind, never by its value.

use std::fmt;

use aws_smithy_types::base64;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::{Request, identity::Identity};

/// What Lambda has handed over.
pub(crate) enum Event {
    /// A request, and the gateway's id of it.
    Request(Request, Option<String>),
    /// Nothing that a caller waits for: a schedule that keeps functions warm, a test event of the console.
    NoRequest,
    /// A request of which something is not what API Gateway sends. Says what.
    Unreadable(String),
}

/// The parts of the event that are of use. Operations are chosen by the function, never by method or path.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Proxy {
    http_method: Option<String>,
    headers: Pairs,
    multi_value_headers: Pairs,
    query_string_parameters: Pairs,
    multi_value_query_string_parameters: Pairs,
    path_parameters: Pairs,
    request_context: Option<Context>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    request_id: Option<String>,
    identity: Option<Identity>,
}

impl Event {
    pub(crate) fn read(json: &[u8]) -> Self {
        // To serde, a list is a struct as well.
        let is_object = json.trim_ascii_start().starts_with(b"{");
        let read = is_object.then(|| serde_json::from_slice::<Proxy>(json).ok()).flatten();
        let Some(event) = read else { return Self::explain(json) };
        let context = match (event.http_method, event.request_context) {
            (Some(_), Some(context)) => context,
            (None, None) => return Self::NoRequest,
            (None, _) => return Self::Unreadable("httpMethod is missing".to_owned()),
            (_, None) => return Self::Unreadable("requestContext is missing".to_owned()),
        };
        // Where the gateway sends the multi-value maps, they hold all that the others do.
        let fuller = |single: Pairs, multiple: Pairs| if multiple.0.is_empty() { single.0 } else { multiple.0 };
        let body = event.body.unwrap_or_default();
        // What is not the base64 that it says stays text: the JSON reader refuses it.
        let decoded = (event.is_base64_encoded == Some(true)).then(|| base64::decode(&body).ok()).flatten();
        let request = Request {
            query: fuller(event.query_string_parameters, event.multi_value_query_string_parameters),
            headers: fuller(event.headers, event.multi_value_headers),
            path_parameters: event
                .path_parameters
                .0
                .into_iter()
                .map(|(name, value)| (name, percent_decoded(&value)))
                .collect(),
            body: decoded.unwrap_or_else(|| body.into_bytes()),
            caller: context.identity.unwrap_or_default().into(),
        };
        Self::Request(request, context.request_id)
    }

    /// Looks again, slowly, at an event that could not be read.
    fn explain(json: &[u8]) -> Self {
        let event: Value = match serde_json::from_slice(json) {
            Ok(event) => event,
            // Its own words may quote the event.
            Err(e) => return Self::Unreadable(format!("no JSON at line {}, column {}", e.line(), e.column())),
        };
        if event.get("httpMethod").is_none() && event.get("requestContext").is_none() {
            return Self::NoRequest;
        }
        let text: Field = ("a text", |value| Option::<String>::deserialize(value).is_ok());
        let texts: Field = ("an object of texts or of lists of texts", |value| Pairs::deserialize(value).is_ok());
        let fields = [
            ("httpMethod", text),
            ("headers", texts),
            ("multiValueHeaders", texts),
            ("queryStringParameters", texts),
            ("multiValueQueryStringParameters", texts),
            ("pathParameters", texts),
            (
                "requestContext",
                ("an object with a text as requestId and texts in identity", |v| {
                    Option::<Context>::deserialize(v).is_ok()
                }),
            ),
            ("body", text),
            ("isBase64Encoded", ("true or false", |value| Option::<bool>::deserialize(value).is_ok())),
        ];
        let wrong = fields.iter().find(|(name, (_, reads))| !reads(&event[*name]));
        Self::Unreadable(match wrong {
            Some((name, (wanted, _))) => format!("{name} is not {wanted} but {}", kind(&event[*name])),
            None => "a field is given twice".to_owned(),
        })
    }
}

/// The gateway hands over a parameter of the path as it stands in the URL.
fn percent_decoded(value: &str) -> String {
    percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// What a field should be, and whether a value is that.
type Field = (&'static str, fn(&Value) -> bool);

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object of something else",
    }
}

/// Names and values of a map whose values are texts or lists of texts; none where it is null.
#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> de::Visitor<'de> for Map {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("texts by their names")
            }

            fn visit_unit<E>(self) -> Result<Pairs, E> {
                Ok(Pairs::default())
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, Texts(values))) = map.next_entry::<String, _>()? {
                    pairs.extend(values.into_iter().map(|value| (name.clone(), value)));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_any(Map)
    }
}

/// A text or a list of texts; none where it is null.
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> de::Visitor<'de> for OneOrMore {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_unit<E>(self) -> Result<Texts, E> {
                Ok(Texts(Vec::new()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}
