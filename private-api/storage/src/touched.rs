//! The rows that a call is about: each is as it was written, or the call is refused. A damaged row is never answered, never
//! overlooked, and never written over as if it had been read.

use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde_json::Value;

use crate::seal;

/// Whether one of the rows that this call reads or replaces is not what was written, or is gone.
pub(crate) fn is_damaged(connection: &Connection, operation: &str, body: &[u8]) -> rusqlite::Result<bool> {
    // What is no request, or is about no table, the engine refuses.
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return Ok(false) };
    let Some(name) = request["TableName"].as_str() else { return Ok(false) };
    let Some(table) = seal::table(connection, name)? else { return Ok(false) };
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => row(connection, &table, &request["Key"]),
        "PutItem" => row(connection, &table, &request["Item"]),
        "Query" => {
            // The partition is one of the values; others name none.
            let values =
                request["ExpressionAttributeValues"].as_object().into_iter().flat_map(|values| values.values());
            for value in values.filter_map(text) {
                let sums = "key >= rtrim(json_array(?1), ']') || ',' AND key < rtrim(json_array(?1), ']') || '-'";
                if table.is_damaged_where(connection, "item.pk = ?1", sums, &[value])? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

fn row(connection: &Connection, table: &seal::Sealed, attributes: &Value) -> rusqlite::Result<bool> {
    let schema = "SELECT key_schema FROM _tables WHERE table_name = ?1";
    let schema: Option<String> = connection.query_row(schema, [table.name()], |row| row.get(0)).optional()?;
    let schema: Value = schema.and_then(|schema| serde_json::from_str(&schema).ok()).unwrap_or_default();
    let key = |kind: &str| {
        let of_kind = |element: &&Value| element["KeyType"] == kind;
        let name = schema.as_array()?.iter().find(of_kind)?["AttributeName"].as_str()?;
        text(&attributes[name])
    };
    let (Some(partition), sort) = (key("HASH"), key("RANGE").unwrap_or_default()) else { return Ok(false) };
    table.is_damaged_where(connection, "item.pk = ?1 AND item.sk = ?2", "key = json_array(?1, ?2)", &[partition, sort])
}

/// A key as the engine stores it.
fn text(value: &Value) -> Option<String> {
    Some(format!("S:{}", value["S"].as_str()?))
}

impl seal::Sealed {
    fn is_damaged_where(
        &self,
        connection: &Connection,
        rows: &str,
        sums: &str,
        values: &[String],
    ) -> rusqlite::Result<bool> {
        let (wrong, rows, noted) = self.queries(rows, sums);
        let number = |sql: &str| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_row(params_from_iter(values), |row| row.get::<_, i64>(0))
        };
        Ok(number(&wrong)? > 0 || number(&rows)? != number(&noted)?)
    }
}
