//! `items.json`: the corners of every field, and every way in which an item comes to be; and a data file with all of them.

use std::path::Path;

use claims_client::types::Timestamp;
use claims_local::LocalApi;
use claims_released::{
    Error, entry, forms,
    forms::{Case, Write},
    http,
    world::{SetClock, World},
};
use serde_json::{Value, json};

use super::{key, time};

/// A claim's life so far, in requests.
struct Life {
    name: &'static str,
    writes: Vec<Write>,
}

/// What a create says; the rest follows from `name`.
struct New<'a> {
    member_name: &'a str,
    policy_type: &'a str,
    amount: Value,
    description: &'a str,
}

const ORDINARY: New<'static> =
    New { member_name: "John Doe", policy_type: "Health", amount: Value::Null, description: "snow accident" };

struct Lives {
    all: Vec<Life>,
    second: u32,
}

impl Lives {
    fn now(&mut self) -> Result<Timestamp, Error> {
        self.second += 1;
        time(self.second)
    }

    fn create(&mut self, name: &'static str, new: &New<'_>) -> Result<&mut Life, Error> {
        let at = self.now()?;
        let member_name: String = new.member_name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let amount = if new.amount.is_null() { json!(19.99) } else { new.amount.clone() };
        let number = u32::try_from(self.all.len())? + 1;
        let create = Write {
            at,
            method: "POST".to_owned(),
            target: format!(
                "/{}/claim?memberId=m-{number}&policyId=P_{number}&memberName={member_name}",
                LocalApi::STAGE
            ),
            headers: headers(Some(&key(number)), None),
            body: json!({"policyType": new.policy_type, "claimAmount": amount, "description": new.description}),
        };
        self.all.push(Life { name, writes: vec![create] });
        Ok(self.all.last_mut().ok_or("just pushed")?)
    }

    /// Changes the last life's claim.
    fn update(&mut self, change: &[(&str, Value)], if_match: Option<&str>, with_key: bool) -> Result<(), Error> {
        let at = self.now()?;
        let number = u32::try_from(self.all.len())?;
        let life = self.all.last_mut().ok_or("nothing to update")?;
        let last = life.writes.last().ok_or("a life begins with a create")?;
        let mut body = last.body.clone();
        for (name, value) in change {
            body[*name] = value.clone();
        }
        let update_key = key(10_000 + self.second);
        life.writes.push(Write {
            at,
            method: "PUT".to_owned(),
            target: format!("/{}/claim/{}?memberId=m-{number}", LocalApi::STAGE, key(number)),
            headers: headers(with_key.then_some(update_key.as_str()), if_match),
            body,
        });
        Ok(())
    }
}

fn headers(key: Option<&str>, if_match: Option<&str>) -> Vec<(String, String)> {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(key.map(|key| ("idempotency-key".to_owned(), key.to_owned())));
    headers.extend(if_match.map(|tag| ("if-match".to_owned(), tag.to_owned())));
    headers
}

fn lives() -> Result<Vec<Life>, Error> {
    let mut lives = Lives { all: Vec::new(), second: 0 };
    lives.create("created", &ORDINARY)?;
    let letters = "Zoë 王小明 Ólafsdóttir 👩🏽‍⚕️ 'O;&=%+\"\\/ Jr.";
    lives.create(
        "unicode",
        &New { member_name: letters, description: "línea 1\nline 2\t\u{2028}\"quoted\" 🏥", ..ORDINARY },
    )?;
    let (long_name, long) = ("\u{1d573}".repeat(128), "ä🏥".repeat(1000));
    lives.create("longest-texts", &New { member_name: &long_name, description: &long, ..ORDINARY })?;
    lives.create("empty-description", &New { description: "", ..ORDINARY })?;
    lives.create("smallest-amount", &New { amount: json!(0.01), ..ORDINARY })?;
    lives.create("whole-amount", &New { amount: json!(500), ..ORDINARY })?;
    lives.create("round-amount", &New { amount: json!(100_000_000), ..ORDINARY })?;
    lives.create("tenths", &New { amount: json!(19.9), ..ORDINARY })?;
    lives.create("largest-amount", &New { amount: json!(999_999_999.99), ..ORDINARY })?;
    for policy_type in ["Health", "Dental", "Vision", "Life", "Disability", "Accident"] {
        lives.create("policy-type", &New { policy_type, ..ORDINARY })?;
    }
    for path in [
        &["in_review"][..],
        &["in_review", "approved"],
        &["in_review", "denied"],
        &["in_review", "approved", "paid"],
        &["withdrawn"],
    ] {
        lives.create("status", &ORDINARY)?;
        for status in path {
            lives.update(&[("status", json!(status))], None, true)?;
        }
    }
    lives.create("updated-under-a-condition", &ORDINARY)?;
    lives.update(&[("status", json!("in_review")), ("claimAmount", json!(750.25))], Some("\"1\""), true)?;
    lives.create("updated-if-it-exists", &ORDINARY)?;
    lives.update(&[("status", json!("in_review")), ("description", json!("ice"))], Some("*"), true)?;
    lives.create("updated-without-a-key", &ORDINARY)?;
    lives.update(&[("status", json!("in_review"))], None, false)?;
    lives.create("version-12", &ORDINARY)?;
    for cents in 0..11 {
        lives.update(&[("status", json!("in_review")), ("claimAmount", json!(f64::from(cents) + 0.5))], None, true)?;
    }
    let create = lives.create("created-without-a-key", &ORDINARY)?.writes.first_mut().ok_or("just created")?;
    create.headers = headers(None, None);
    Ok(lives.all)
}

/// Lives every life over a table, and keeps what the table has then.
pub async fn record(folder: &Path) -> Result<Vec<Case>, Error> {
    let world = World::start().await?;
    let mut cases = Vec::new();
    for Life { name, writes } in lives()? {
        let mut claim = Value::Null;
        for write in &writes {
            world.at(write.at);
            claim = written(&world.send(&write.bytes()).await?)?;
        }
        let key = |name: &str| claim[name].as_str().unwrap_or_default().to_owned();
        // The one place that knows the key's form: if it changes, this finds nothing and says so.
        let item = json!({
            "PK": {"S": format!("MEMBER#{}", key("memberId"))}, "SK": {"S": format!("CLAIM#{}", key("claimId"))}
        });
        let item = world.stored(&item).await?.ok_or("the table has nothing under that key: has its form changed?")?;
        let minted = writes.iter().any(|write| write.key().is_none());
        cases.push(Case { name: name.to_owned(), minted, writes, item, claim });
    }
    // Where a name stands for several, its number tells them apart.
    for (number, case) in cases.iter_mut().enumerate() {
        case.name = format!("{:02}-{}", number + 1, case.name);
    }
    entry::write_json(&folder.join(forms::ITEMS), &cases)?;
    Ok(cases)
}

fn written(answer: &http::Message) -> Result<Value, Error> {
    if answer.status() / 100 == 2 { answer.json() } else { Err(String::from_utf8_lossy(&answer.bytes).into()) }
}

/// The same lives once more, in a data file that is closed as it should be.
pub async fn data_file(folder: &Path, cases: &[Case]) -> Result<(), Error> {
    let (file, clock) = (folder.join(forms::DATA_FILE), SetClock::at(time(0)?));
    let read = clock.clone();
    let api = LocalApi::builder().data_file(&file).clock(move || read.read()).start().await?;
    // An id that was minted would be minted anew.
    for case in cases.iter().filter(|case| case.has_its_id_from_the_caller()) {
        for write in &case.writes {
            clock.set(write.at);
            written(&http::send(api.address(), &write.bytes()).await?)?;
        }
    }
    api.stop().await;
    closed(&file)
}

/// Nothing but the file itself: an entry holds no lock and no log.
pub fn closed(file: &Path) -> Result<(), Error> {
    let name = file.display();
    for beside in [".lock", "-wal", "-shm"] {
        if Path::new(&format!("{name}{beside}")).exists() {
            return Err(format!("{name}{beside} is there: the file was not closed").into());
        }
    }
    Ok(())
}
