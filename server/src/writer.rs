//! Who makes a write, and by which request: kept with what is written, and shown by no claim.
//!
//! Every write stores all of it anew, so what it leaves out is gone and not inherited from the write before. `writeVersion` says to
//! which version it belongs: where that is not the item's, a release that knows nothing of it (0.2.0) has written last, and who
//! that was is not known. The time is the item's `updatedAt` or `deletedAt`.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::{OnBehalfOf, Operation, Version, validate::Findings};
use private_api_lambda::{Caller, Request, record::Changes, table};
use serde_json::Value;

use crate::item::{Item, n, s};

const OPERATION: &str = "writeOperation";
pub(crate) const REQUEST_ID: &str = "writeRequestId";
pub(crate) const ACTOR: &str = "writeActor";
pub(crate) const ON_BEHALF_OF: &str = "writeOnBehalfOf";
/// Which version of the item the others belong to.
pub(crate) const VERSION: &str = "writeVersion";

/// What a write of any kind counts.
pub(crate) const COUNTED: [&str; 2] = [table::VERSION, VERSION];

/// All of its attributes.
pub(crate) const ATTRIBUTES: [&str; 5] = [OPERATION, REQUEST_ID, ACTOR, ON_BEHALF_OF, VERSION];

/// The maker of a write.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    request_id: Option<String>,
    /// The gateway's word.
    actor: Caller,
    /// The caller's.
    on_behalf_of: Option<OnBehalfOf>,
}

impl Writer {
    pub(crate) fn of(request: &Request, findings: &mut Findings) -> Self {
        Self {
            request_id: request.request_id().map(str::to_owned),
            actor: request.caller().clone(),
            on_behalf_of: request.on_behalf_of(findings),
        }
    }

    #[cfg(test)]
    pub(crate) fn for_test() -> Self {
        Self { request_id: None, actor: Caller::Network { vpce_id: None, source_ip: None }, on_behalf_of: None }
    }

    /// Puts it into a new item.
    pub(crate) fn put_into(&self, item: &mut Item, operation: Operation) {
        let stored = self.stored(operation).into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        item.extend(stored.chain([(VERSION.to_owned(), n(Version::FIRST.get()))]));
    }

    /// Adds what an update sets of it but [`VERSION`], which it counts, and what it takes out.
    pub(crate) fn add_to(&self, changes: &mut Changes, operation: Operation) {
        for (name, value) in self.stored(operation) {
            match value {
                Some(value) => changes.set.push((name.to_owned(), value)),
                None => changes.remove.push(name.to_owned()),
            }
        }
    }

    fn stored(&self, operation: Operation) -> [(&'static str, Option<AttributeValue>); 4] {
        let on_behalf_of = self.on_behalf_of.as_ref().map(|who| s(who.as_str()));
        [
            (OPERATION, Some(s(operation.id()))),
            (REQUEST_ID, self.request_id.as_ref().map(s)),
            (ACTOR, Some(map(&self.actor))),
            (ON_BEHALF_OF, on_behalf_of),
        ]
    }
}

/// As its JSON: texts by their names.
fn map(caller: &Caller) -> AttributeValue {
    let Ok(Value::Object(fields)) = serde_json::to_value(caller) else { return AttributeValue::Null(true) };
    let texts = fields.into_iter().filter_map(|(name, value)| Some((name, s(value.as_str()?))));
    AttributeValue::M(texts.collect())
}
