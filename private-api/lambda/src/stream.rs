//! A function behind a table's stream: the batch that Lambda hands over, record by record, and the answer that says where it stopped.
//!
//! A batch is of one shard and in order, and it may come again, whole or from any record on: what is done with a record has to be the
//! same the second time. The answer names the first record that was not done (a partial batch response, `ReportBatchItemFailures`):
//! Lambda begins again there, so that nothing overtakes it. What cannot be read at all fails whole.

use std::{collections::HashMap, time::Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::{Blob, base64};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use crate::{answer::Answer, item::Item};

/// One change of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRecord {
    /// The item's key.
    pub keys: Item,
    /// The item after the change; none where it was removed.
    pub new: Option<Item>,
    /// The item before the change; none where there was none.
    pub old: Option<Item>,
}

/// Why a record was not done: for the log, without a value of the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDone {
    /// Why.
    pub cause: String,
    /// Whether every record of this process will end so, and the next process may do better.
    pub ends_process: bool,
}

impl NotDone {
    /// For a reason that trying again in the same process may cure.
    pub fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), ends_process: false }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// For Lambda.
    pub answer: Answer,
    /// How many records were done.
    pub done: usize,
    /// Why the next one was not; none where all were.
    pub stopped: Option<NotDone>,
}

/// Does the records of a batch in their order, and stops at the first that is not done, or when it is `end`.
pub async fn records<Doing: Future<Output = Result<(), NotDone>>>(
    event: &[u8],
    end: Option<Instant>,
    mut each: impl FnMut(StreamRecord) -> Doing,
) -> Batch {
    let mut done = 0;
    let Ok(Event { records }) = serde_json::from_slice(event) else {
        // An empty name is a batch that has failed whole.
        // https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
        let stopped = Some(NotDone::new("the event is no batch of a table's stream"));
        return Batch { answer: answer(Some(""), false), done, stopped };
    };
    for record in records {
        let number = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned();
        let doing = async {
            let unreadable = |_| NotDone::new("the record is not what a stream of new and old images has");
            each(serde_json::from_value::<Record>(record).map_err(unreadable)?.dynamodb.into()).await
        };
        let result = match end {
            Some(end) => tokio::time::timeout_at(end.into(), doing)
                .await
                .unwrap_or_else(|_| Err(NotDone::new("not done before the function's deadline"))),
            None => doing.await,
        };
        if let Err(why) = result {
            return Batch { answer: answer(Some(&number), why.ends_process), done, stopped: Some(why) };
        }
        done += 1;
    }
    Batch { answer: answer(None, false), done, stopped: None }
}

fn answer(first_failed: Option<&str>, is_last: bool) -> Answer {
    let failures: Vec<_> = first_failed.iter().map(|number| json!({"itemIdentifier": number})).collect();
    Answer { json: json!({"batchItemFailures": failures}).to_string(), is_last }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

#[derive(Deserialize)]
struct Record {
    dynamodb: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    keys: HashMap<String, Attribute>,
    #[serde(default)]
    new_image: Option<HashMap<String, Attribute>>,
    #[serde(default)]
    old_image: Option<HashMap<String, Attribute>>,
}

impl From<Change> for StreamRecord {
    fn from(Change { keys, new_image, old_image }: Change) -> Self {
        let item = |image: HashMap<_, Attribute>| image.into_iter().map(|(name, value)| (name, value.0)).collect();
        Self { keys: item(keys), new: new_image.map(item), old: old_image.map(item) }
    }
}

/// A value in DynamoDB's JSON: `{"S": "text"}`.
struct Attribute(AttributeValue);

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // Not in serde's words, which quote the value.
        attribute(&value).map(Self).ok_or_else(|| de::Error::custom("no attribute"))
    }
}

fn attribute(value: &Value) -> Option<AttributeValue> {
    let mut kinds = value.as_object()?.iter();
    let (Some((kind, value)), None) = (kinds.next(), kinds.next()) else { return None };
    let bytes = |value: &Value| base64::decode(value.as_str()?).ok().map(Blob::new);
    let texts = || value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<_>>();
    Some(match kind.as_str() {
        "S" => AttributeValue::S(value.as_str()?.to_owned()),
        "N" => AttributeValue::N(value.as_str()?.to_owned()),
        "BOOL" => AttributeValue::Bool(value.as_bool()?),
        "NULL" => AttributeValue::Null(value.as_bool()?),
        "B" => AttributeValue::B(bytes(value)?),
        "SS" => AttributeValue::Ss(texts()?),
        "NS" => AttributeValue::Ns(texts()?),
        "BS" => AttributeValue::Bs(value.as_array()?.iter().map(bytes).collect::<Option<_>>()?),
        "L" => AttributeValue::L(value.as_array()?.iter().map(attribute).collect::<Option<_>>()?),
        "M" => {
            let fields = value.as_object()?.iter();
            AttributeValue::M(
                fields.map(|(name, value)| Some((name.clone(), attribute(value)?))).collect::<Option<_>>()?,
            )
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::future::ready;

    use super::*;
    use crate::item::{n, s};

    /// AWS's own example of an event, shortened to two records, with every kind of attribute.
    /// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-example.html
    fn event() -> Value {
        json!({"Records": [
            {"eventID": "1", "eventVersion": "1.0", "eventName": "INSERT", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
             "eventSourceARN": "stream-ARN",
             "dynamodb": {"Keys": {"Id": {"N": "101"}}, "NewImage": {"Message": {"S": "New item!"}, "Id": {"N": "101"}},
                "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES"}},
            {"eventID": "2", "eventVersion": "1.0", "eventName": "REMOVE", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
             "eventSourceARN": "stream-ARN",
             "dynamodb": {"Keys": {"Id": {"N": "101"}}, "SequenceNumber": "222", "StreamViewType": "NEW_AND_OLD_IMAGES",
                "OldImage": {"Id": {"N": "101"}, "b": {"B": "AAE="}, "t": {"BOOL": true}, "o": {"NULL": true}, "ss": {"SS": ["x"]},
                    "ns": {"NS": ["1"]}, "bs": {"BS": ["AAE="]}, "l": {"L": [{"S": "x"}]}, "m": {"M": {"x": {"N": "1"}}}}}},
        ]})
    }

    async fn run(event: &Value, fails_at: Option<usize>) -> (Vec<StreamRecord>, Batch) {
        let mut seen = Vec::new();
        let batch = records(event.to_string().as_bytes(), None, |record| {
            if fails_at == Some(seen.len()) {
                return ready(Err(NotDone::new("this one")));
            }
            seen.push(record);
            ready(Ok(()))
        })
        .await;
        (seen, batch)
    }

    #[tokio::test]
    async fn the_records_of_awss_own_example_are_read() {
        let (seen, batch) = run(&event(), None).await;
        assert_eq!(batch.answer.json, r#"{"batchItemFailures":[]}"#);
        assert_eq!((batch.done, batch.stopped), (2, None));
        assert_eq!(seen[0].new.as_ref().unwrap()["Message"], s("New item!"));
        assert_eq!((&seen[0].keys["Id"], &seen[0].old), (&n(101), &None));
        let old = seen[1].old.as_ref().unwrap();
        assert_eq!(seen[1].new, None);
        assert_eq!(old["b"], AttributeValue::B(Blob::new([0, 1])));
        assert_eq!(old["m"], AttributeValue::M([("x".to_owned(), n(1))].into()));
        assert_eq!(old["l"], AttributeValue::L(vec![s("x")]));
        assert_eq!(old["ss"], AttributeValue::Ss(vec!["x".to_owned()]));
        assert_eq!((&old["t"], &old["o"]), (&AttributeValue::Bool(true), &AttributeValue::Null(true)));
        assert_eq!(old["bs"], AttributeValue::Bs(vec![Blob::new([0, 1])]));
    }

    #[tokio::test]
    async fn the_answer_names_the_first_record_that_was_not_done_and_none_after_it_is() {
        let (seen, batch) = run(&event(), Some(0)).await;
        assert!(seen.is_empty());
        assert_eq!(batch.answer.json, r#"{"batchItemFailures":[{"itemIdentifier":"111"}]}"#);
        let (seen, batch) = run(&event(), Some(1)).await;
        assert_eq!(seen.len(), 1);
        assert_eq!(batch.answer.json, r#"{"batchItemFailures":[{"itemIdentifier":"222"}]}"#);
        assert_eq!(batch.stopped, Some(NotDone::new("this one")));
    }

    #[tokio::test]
    async fn what_cannot_be_read_fails_and_its_values_are_told_to_nobody() {
        for (at, wrong) in [
            ("/Records/1/dynamodb/OldImage/m", json!({"X": "secret"})),
            ("/Records/1/dynamodb/OldImage/b", json!({"B": "secret!"})),
            ("/Records/1/dynamodb/OldImage/l", json!({"S": "secret", "N": "1"})),
            ("/Records/1/dynamodb/Keys", json!("secret")),
        ] {
            let mut event = event();
            *event.pointer_mut(at).unwrap() = wrong;
            let (seen, batch) = run(&event, None).await;
            assert_eq!(seen.len(), 1, "{at}");
            assert_eq!(batch.answer.json, r#"{"batchItemFailures":[{"itemIdentifier":"222"}]}"#);
            assert!(!batch.stopped.unwrap().cause.contains("secret"));
        }
        for event in [json!({}), json!([]), json!({"Records": "secret"})] {
            let (_, batch) = run(&event, None).await;
            assert_eq!(batch.answer.json, r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, "the whole batch");
        }
        assert_eq!(run(&json!({"Records": []}), None).await.1.answer.json, r#"{"batchItemFailures":[]}"#);
    }

    #[tokio::test]
    async fn what_is_not_done_by_the_deadline_comes_again() {
        let batch = records(event().to_string().as_bytes(), Some(Instant::now()), |_| std::future::pending()).await;
        assert_eq!(batch.answer.json, r#"{"batchItemFailures":[{"itemIdentifier":"111"}]}"#);
    }
}
