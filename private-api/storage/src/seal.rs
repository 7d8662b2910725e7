//! What the file says of itself: whether it is closed, and a checksum of everything that was written into it.
//!
//! Triggers keep the checksums, inside the engine's own transactions, so that neither can be had without the other. They use
//! the one hash that each of the engine's connections has.

use rusqlite::{Connection, OptionalExtension, functions::FunctionFlags, params};

const FORMAT: i64 = 1;
const STATE: &str = "_private_api";
const SUMS: &str = "_private_api_sums";

/// What the file says of its own state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Everything is in the file itself.
    Closed,
    /// A process has it open, or had when it was killed: its log belongs to it.
    Open,
    /// Written before files had marks.
    Absent,
}

pub(crate) fn mark(connection: &Connection) -> rusqlite::Result<Mark> {
    if !exists(connection, STATE)? {
        return Ok(Mark::Absent);
    }
    let value = format!("SELECT value FROM {STATE} WHERE key = 'closed'");
    Ok(match connection.query_row(&value, [], |row| row.get::<_, i64>(0)).optional()? {
        Some(1) => Mark::Closed,
        _ => Mark::Open,
    })
}

pub(crate) fn set_closed(connection: &Connection, closed: bool) -> rusqlite::Result<()> {
    let set = format!("INSERT OR REPLACE INTO {STATE} VALUES ('closed', ?1)");
    connection.execute(&set, [i64::from(closed)]).map(drop)
}

/// Gives the connection the hash that the engine's connections have: FNV-1a of 32 bits. It notices any change of one byte.
pub(crate) fn with_hash(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("fnv1a_hash", 1, flags, |context| {
        let text = context.get_raw(0).as_bytes()?;
        let hash = text.iter().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619));
        Ok(i64::from(hash))
    })
}

/// Makes the marks and the checksums of whatever has none yet. All or nothing.
pub(crate) fn complete(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {STATE} (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
         INSERT OR IGNORE INTO {STATE} VALUES ('format', {FORMAT}), ('closed', 0);
         CREATE TABLE IF NOT EXISTS {SUMS} (name TEXT, key TEXT, sum INTEGER NOT NULL, PRIMARY KEY (name, key)) WITHOUT ROWID;"
    ))?;
    for table in tables(&transaction)? {
        if !table.is_sealed(&transaction)? {
            transaction.execute_batch(&table.seal())?;
        }
    }
    transaction.execute(&format!("DELETE FROM {SUMS} WHERE name = ''"), [])?;
    for (name, sum) in schema(&transaction)? {
        transaction.execute(&format!("INSERT INTO {SUMS} VALUES ('', ?1, ?2)"), params![name, sum])?;
    }
    transaction.commit()
}

/// Looks at the structure and at every row. What is wrong, in words that quote nothing; empty if nothing is.
pub(crate) fn damages(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    // One state of the file for all that is counted, whatever its server writes meanwhile.
    connection.execute_batch("SAVEPOINT damages")?;
    let found = damages_now(connection);
    connection.execute_batch("RELEASE damages")?;
    found
}

fn damages_now(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut check = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut lines = check.query([])?;
    while let Some(line) = lines.next()? {
        let line: String = line.get(0)?;
        if line != "ok" {
            // SQLite's words name pages and indexes, never a value.
            found.push(line.trim_start_matches("*** in database main ***\n").replace('\n', "; "));
        }
    }
    if mark(connection)? == Mark::Absent {
        if exists(connection, SUMS)? {
            found.push("its mark is gone".to_owned());
        }
        return Ok(found);
    }
    let format = format!("SELECT value FROM {STATE} WHERE key = 'format'");
    if connection.query_row(&format, [], |row| row.get::<_, i64>(0)).optional()? != Some(FORMAT) {
        found.push("its marks are of another format: a newer version wrote it, or they are damaged".to_owned());
    }
    let sealed = format!("SELECT key, sum FROM {SUMS} WHERE name = ''");
    let mut sealed = connection.prepare(&sealed)?;
    let sealed: Vec<(String, i64)> =
        sealed.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let now = schema(connection)?;
    for entry in &sealed {
        if !now.contains(entry) {
            found.push(format!("the definition of {} is not what was written", entry.0));
        }
    }
    for table in tables(connection)? {
        if table.is_sealed(connection)? {
            found.extend(table.damages(connection)?);
        }
    }
    Ok(found)
}

/// The definitions of all tables, indexes and triggers: name and sum.
fn schema(connection: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let sql = "SELECT type || ' ' || name, fnv1a_hash(json_array(tbl_name, sql)) FROM sqlite_master ORDER BY 1";
    connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// How many items there are in all tables; what the engine notes of its tables does not count.
pub(crate) fn items(connection: &Connection) -> rusqlite::Result<u64> {
    let mut items = 0;
    for table in tables(connection)?.iter().filter(|table| !table.name.starts_with('_')) {
        let count = format!("SELECT count(*) FROM {}", quoted(&table.name));
        items += connection.query_row(&count, [], |row| row.get::<_, u64>(0))?;
    }
    Ok(items)
}

/// The table of this name, if its rows have checksums.
pub(crate) fn table(connection: &Connection, name: &str) -> rusqlite::Result<Option<Sealed>> {
    let Some(table) = tables(connection)?.into_iter().find(|table| table.name == name) else { return Ok(None) };
    Ok(table.is_sealed(connection)?.then_some(table))
}

/// A table of the engine's: of items, or about tables.
pub(crate) struct Sealed {
    name: String,
    columns: Vec<String>,
    key: Vec<String>,
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Sealed>> {
    let names =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1";
    let names: Vec<String> = connection.prepare(names)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for name in names.into_iter().filter(|name| name != STATE && name != SUMS) {
        let info = "SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid";
        let mut columns = Vec::new();
        let mut key = Vec::new();
        let mut info = connection.prepare(info)?;
        let mut rows = info.query([&name])?;
        while let Some(row) = rows.next()? {
            let column: String = row.get(0)?;
            if row.get::<_, i64>(1)? > 0 {
                key.push(column.clone());
            }
            columns.push(column);
        }
        // A table without a key has no rows that can be told apart; the engine makes none.
        if !key.is_empty() {
            found.push(Sealed { name, columns, key });
        }
    }
    Ok(found)
}

impl Sealed {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Counts what is not as it was written, what is there, and what was written, for some of the rows.
    pub(crate) fn queries(&self, rows: &str, sums: &str) -> (String, String, String) {
        let (table, text) = (quoted(&self.name), self.text());
        let wrong = format!(
            "SELECT count(*) FROM {table} AS item LEFT JOIN {SUMS} AS sums
             ON sums.name = {text} AND sums.key = {} WHERE {rows} AND sums.sum IS NOT {}",
            self.key("item."),
            self.sum("item.")
        );
        let there = format!("SELECT count(*) FROM {table} AS item WHERE {rows}");
        (wrong, there, format!("SELECT count(*) FROM {SUMS} WHERE name = {text} AND {sums}"))
    }

    fn text(&self) -> String {
        format!("'{}'", self.name.replace('\'', "''"))
    }

    /// The key of a row as text; `of` is `new.`, `old.` or nothing.
    fn key(&self, of: &str) -> String {
        json_array(&self.key, of)
    }

    fn sum(&self, of: &str) -> String {
        format!("fnv1a_hash({})", json_array(&self.columns, of))
    }

    fn trigger(&self, event: &str) -> String {
        quoted(&format!("_private_api_{event}_{}", self.name))
    }

    fn is_sealed(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let name = format!("_private_api_delete_{}", self.name);
        connection.query_row("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = ?1", [name], |row| {
            Ok(row.get::<_, i64>(0)? > 0)
        })
    }

    fn seal(&self) -> String {
        let (table, text) = (quoted(&self.name), self.text());
        let forget = format!("DELETE FROM {SUMS} WHERE name = {text} AND key = {};", self.key("old."));
        let note =
            format!("INSERT OR REPLACE INTO {SUMS} VALUES ({text}, {}, {});", self.key("new."), self.sum("new."));
        let [insert, update, delete] = ["insert", "update", "delete"].map(|event| self.trigger(event));
        format!(
            "DELETE FROM {SUMS} WHERE name = {text};
             INSERT INTO {SUMS} SELECT {text}, {}, {} FROM {table};
             CREATE TRIGGER {insert} AFTER INSERT ON {table} BEGIN {note} END;
             CREATE TRIGGER {update} AFTER UPDATE ON {table} BEGIN {forget} {note} END;
             CREATE TRIGGER {delete} AFTER DELETE ON {table} BEGIN {forget} END;",
            self.key(""),
            self.sum("")
        )
    }

    /// Rows that are not what was written, or are not there any more.
    fn damages(&self, connection: &Connection) -> rusqlite::Result<Option<String>> {
        let (wrong, there, noted) = self.queries("true", "true");
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let (wrong, rows, noted) = (number(&wrong)?, number(&there)?, number(&noted)?);
        let words = match (noted - rows, wrong) {
            (0, 0) => return Ok(None),
            (lost @ 1.., _) => format!("{lost} of {noted} rows are gone"),
            (_, wrong) => format!("{wrong} of {noted} rows are not as they were written"),
        };
        Ok(Some(format!("{}: {words}", self.name)))
    }
}

fn exists(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1";
    connection.query_row(sql, [table], |row| Ok(row.get::<_, i64>(0)? > 0))
}

fn json_array(columns: &[String], of: &str) -> String {
    let columns: Vec<_> = columns.iter().map(|column| format!("{of}{}", quoted(column))).collect();
    format!("json_array({})", columns.join(", "))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
