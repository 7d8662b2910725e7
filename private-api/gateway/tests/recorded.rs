//! Replays what AWS does (`recorded/`) over raw sockets, and keeps the table for people (`recorded/README.md`).
//!
//! `RECORDED_WRITE=1 cargo test -p private-api-gateway --test recorded` writes the table anew.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use private_api_gateway::{Authorization, FunctionError, Functions, LocalApi};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// In the order of the table.
const FILES: [&str; 12] = [
    "routing",
    "path",
    "query",
    "event",
    "headers-in",
    "headers-out",
    "function-answer",
    "gateway-error",
    "authorization",
    "limits",
    "database",
    "import",
];

/// See `recorded/README.md` for what the fields mean.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    id: String,
    certainty: Certainty,
    endpoint: String,
    date: Option<String>,
    source: String,
    note: Option<String>,
    resources: Option<BTreeMap<String, Vec<String>>>,
    request: Option<Request>,
    /// The methods want a signature, and nobody's is known.
    #[serde(default)]
    iam: bool,
    function: Option<Value>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    header_names: Option<Vec<String>>,
    #[serde(default)]
    no_headers: Vec<String>,
    body: Option<Value>,
    event: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    event_has: Vec<String>,
    #[serde(default)]
    event_lacks: Vec<String>,
    #[serde(default)]
    event_keys: BTreeMap<String, Vec<String>>,
    not_replayed: Option<String>,
    /// What is not replayed, for whoever comes to need it.
    #[serde(rename = "sent")]
    _sent: Option<Value>,
    #[serde(rename = "aws")]
    _aws: Option<Value>,
    // The database's, which private-api-storage replays.
    operation: Option<String>,
    #[serde(rename = "error")]
    _error: Option<String>,
    #[serde(rename = "message")]
    _message: Option<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Hash, Debug)]
#[serde(rename_all = "lowercase")]
enum Certainty {
    Recorded,
    Documented,
    Reported,
    Unknown,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Bytes(String),
    OfSize(OfSize),
}

/// A request of a size that nobody wants to read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfSize {
    method: String,
    /// Has `{fill}` where it is to grow.
    target: String,
    /// Characters of the whole URL.
    url: Option<usize>,
    /// Characters of the path's filling.
    path: Option<usize>,
    /// Bytes of all header values together.
    header_values: Option<usize>,
    header_lines: Option<usize>,
    payload: Option<usize>,
}

impl Request {
    fn bytes(&self) -> String {
        let sized = match self {
            Self::Bytes(bytes) => return bytes.clone(),
            Self::OfSize(sized) => sized,
        };
        let fill = match (sized.url, sized.path) {
            (Some(url), _) => url - format!("https://localhost{}", sized.target.replace("{fill}", "")).len(),
            (_, path) => path.unwrap_or_default(),
        };
        let target = sized.target.replace("{fill}", &"a".repeat(fill));
        let mut head = format!("{} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", sized.method);
        if let Some(values) = sized.header_values {
            write!(head, "X-Long: {}\r\n", "a".repeat(values - "localhostclose0".len())).unwrap();
        }
        for line in 0..sized.header_lines.unwrap_or_default() {
            write!(head, "X-{line}: a\r\n").unwrap();
        }
        let payload = sized.payload.unwrap_or_default();
        format!("{head}Content-Length: {payload}\r\n\r\n{}", " ".repeat(payload))
    }

    fn line(&self) -> String {
        match self {
            Self::Bytes(bytes) => bytes.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned(),
            Self::OfSize(sized) => format!("{} {}, of a size", sized.method, sized.target),
        }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recorded")
}

fn cases(file: &str) -> Vec<Case> {
    let text = fs::read_to_string(folder().join(format!("{file}.json"))).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[derive(Clone)]
struct Recorder {
    answer: Value,
    event: Arc<Mutex<Option<Value>>>,
}

impl Functions for Recorder {
    async fn invoke(&self, _: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        *self.event.lock().unwrap() = Some(event);
        match &self.answer {
            answer if answer.get("$fails").is_some() => Err(FunctionError("it failed".to_owned())),
            answer if answer.get("$null").is_some() => Ok(Value::Null),
            answer => Ok(answer.clone()),
        }
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

async fn ask(api: &LocalApi, request: &str) -> Answer {
    let (mut answers, mut requests) = TcpStream::connect(api.address()).await.unwrap().into_split();
    let request = request.to_owned();
    let sending = tokio::spawn(async move {
        // Who has seen enough reads no further.
        let _ = requests.write_all(request.as_bytes()).await;
        requests
    });
    let mut bytes = Vec::new();
    let _ = answers.read_to_end(&mut bytes).await;
    drop(sending);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap()[9..12].parse().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()));
    Answer { status, headers: headers.collect(), body: body.to_owned() }
}

/// The value at a dotted path; header names have no dots.
fn at<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|key| !key.is_empty()).try_fold(event, |value, key| value.get(key))
}

/// What does not hold of a case.
async fn differences(case: &Case, request: &Request) -> Vec<String> {
    let standard = ["/item", "/item/{id}"].map(|path| (path.to_owned(), vec!["GET".to_owned(), "POST".to_owned()]));
    let mut paths = serde_json::Map::new();
    for (path, methods) in case.resources.clone().unwrap_or(BTreeMap::from(standard)) {
        let method = |name: &String| match name.as_str() {
            "ANY" => ("x-amazon-apigateway-any-method".to_owned(), json!({ "operationId": "any" })),
            name => (name.to_lowercase(), json!({ "operationId": name })),
        };
        paths.insert(path, Value::Object(methods.iter().map(method).collect()));
    }
    let definition =
        common::definition(json!({ "paths": paths }).to_string().leak(), r#"{"info": {"title": "Items"}}"#);
    let answer = case.function.clone().unwrap_or(json!({ "statusCode": 200 }));
    let recorder = Recorder { answer, event: Arc::default() };
    let authorization = if case.iam { Authorization::AwsIam } else { Authorization::None };
    let builder = LocalApi::builder(definition).authorization(authorization);
    let api = builder.start_without_storage(recorder.clone()).await.unwrap();
    let answer = ask(&api, &request.bytes()).await;
    let event = recorder.event.lock().unwrap().take();

    let mut wrong = Vec::new();
    let mut hold = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", case.id));
        }
    };
    hold(case.status == Some(answer.status), format!("status {}, not {:?}", answer.status, case.status));
    for (name, wanted) in &case.headers {
        let values: Vec<_> = answer.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
        let value = values.join(", ");
        let holds = wanted.strip_prefix('~').map_or(value == *wanted, |part| value.contains(part));
        hold(holds, format!("{name}: {value}, not {wanted}"));
    }
    for name in &case.no_headers {
        hold(!answer.headers.iter().any(|(n, _)| n == name), format!("has {name}"));
    }
    if let Some(names) = &case.header_names {
        let wanted: HashSet<_> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        // Ours, and said to be.
        let found = answer.headers.iter().map(|(n, _)| n.clone()).filter(|name| name != "x-content-type-options");
        let found: HashSet<_> = found.collect();
        hold(found == wanted, format!("headers {found:?}"));
    }
    match &case.body {
        None => {}
        Some(Value::String(text)) => hold(answer.body == *text, format!("body {}", answer.body)),
        Some(json) => {
            hold(serde_json::from_str(&answer.body).ok().as_ref() == Some(json), format!("body {}", answer.body))
        }
    }
    let wants_event = case.event.is_some() || !case.event_has.is_empty() || !case.event_keys.is_empty();
    hold(!wants_event || event.is_some(), "no function was called".to_owned());
    // What the gateway answers on its own account, no function sees.
    let is_own = answer.status >= 400 && case.function.is_none();
    hold(!is_own || event.is_none(), "a function was called".to_owned());
    let Some(event) = event else { return wrong };
    // What every recorded pair of event and answer has: each id in both, and two ids.
    let header = |name: &str| answer.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let in_event = |name: &str| at(&event, &format!("requestContext.{name}")).and_then(Value::as_str);
    let ids = [("x-amzn-requestid", "requestId"), ("x-amz-apigw-id", "extendedRequestId")];
    hold(ids.iter().all(|(h, e)| header(h).is_some() && header(h) == in_event(e)), "ids differ".to_owned());
    hold(header(ids[0].0) != header(ids[1].0), "one id".to_owned());
    for (path, wanted) in case.event.iter().flatten() {
        hold(at(&event, path) == Some(wanted), format!("{path} is {:?}, not {wanted}", at(&event, path)));
    }
    for path in &case.event_has {
        hold(at(&event, path).is_some_and(Value::is_string), format!("no {path}"));
    }
    for path in &case.event_lacks {
        hold(at(&event, path).is_none(), format!("there is {path}"));
    }
    for (path, wanted) in &case.event_keys {
        let found: Vec<_> = at(&event, path).and_then(Value::as_object).unwrap().keys().collect();
        hold(found.iter().copied().eq(wanted.iter()), format!("{path} has {found:?}"));
    }
    wrong
}

#[tokio::test]
async fn every_case_holds() {
    let (mut replayed, mut wrong) = (0, Vec::new());
    for case in FILES.into_iter().flat_map(cases) {
        if let Some(request) = &case.request {
            replayed += 1;
            wrong.extend(differences(&case, request).await);
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(replayed > 90, "{replayed}");
}

#[test]
fn every_case_says_where_it_comes_from_and_what_becomes_of_it() {
    let mut ids = HashSet::new();
    for case in FILES.into_iter().flat_map(cases) {
        let id = &case.id;
        assert!(ids.insert(id.clone()), "{id} is there twice");
        assert!(!case.source.is_empty() && !case.endpoint.is_empty(), "{id}");
        assert_eq!(
            case.certainty == Certainty::Recorded,
            case.date.is_some(),
            "{id}: a recording, and nothing else, has a date"
        );
        let fates = [case.request.is_some(), case.not_replayed.is_some(), case.operation.is_some()];
        assert_eq!(fates.into_iter().filter(|is| *is).count(), 1, "{id} is replayed, or says why not");
        assert_eq!(case.request.is_some(), case.status.is_some(), "{id}");
    }
    // A file that is not listed would be replayed by nobody.
    let found = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(found.filter(|path| path.extension().is_some_and(|e| e == "json")).count(), FILES.len());
}

#[test]
fn the_table_for_people_is_that_of_the_cases() {
    let path = folder().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let marker = "<!-- What follows is written by tests/recorded.rs. -->\n";
    let (head, _) = text.split_once(marker).unwrap();
    let written = format!("{head}{marker}{}", table());
    if std::env::var_os("RECORDED_WRITE").is_some() {
        fs::write(&path, &written).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == written, "run it with RECORDED_WRITE=1");
}

fn table() -> String {
    let mut counts = BTreeMap::<&str, [usize; 4]>::new();
    let (mut tables, mut replayed, mut all) = (String::new(), 0, 0);
    for file in FILES {
        write!(tables, "\n## {file}\n\n| case | sent | then | certainty | where from |\n|---|---|---|---|---|\n")
            .unwrap();
        for case in cases(file) {
            all += 1;
            counts.entry(file).or_default()[case.certainty as usize] += 1;
            let (sent, then) = match (&case.request, &case.operation, &case.not_replayed) {
                (Some(request), ..) => (format!("`{}`", request.line()), case.status.unwrap().to_string()),
                (_, Some(operation), _) => (operation.clone(), case._error.clone().unwrap_or("accepted".to_owned())),
                (.., why) => ("not replayed".to_owned(), why.clone().unwrap()),
            };
            replayed += usize::from(case.not_replayed.is_none());
            let certainty = format!("{:?}", case.certainty).to_lowercase();
            let date = case.date.map(|date| format!(" {date}")).unwrap_or_default();
            let note = case.note.map(|note| format!(" **{note}**")).unwrap_or_default();
            let (id, endpoint, source) = (&case.id, &case.endpoint, &case.source);
            let row = format!("{id} | {sent} | {then} | {certainty}{date}, {endpoint} | {source}{note}");
            // A pipe within a cell is escaped.
            let row = row.split(" | ").map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | ");
            writeln!(tables, "| {row} |").unwrap();
        }
    }
    let mut text = format!("\n{all} cases, {replayed} of them replayed.\n\n");
    text.push_str("| kind | recorded | documented | reported | unknown |\n|---|---|---|---|---|\n");
    for file in FILES {
        let [recorded, documented, reported, unknown] = counts[file];
        writeln!(text, "| {file} | {recorded} | {documented} | {reported} | {unknown} |").unwrap();
    }
    text + &tables
}
