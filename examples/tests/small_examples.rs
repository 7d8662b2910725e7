//! The small examples run, do what they show, and say so.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::{
    env,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
};

use claims_local::{Fault, LocalApi};

/// Nowhere to be found: no files with profiles, no instance to ask for a role.
const NO_CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_CONFIG_FILE", "/nonexistent/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];
const CREDENTIALS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "example"), ("AWS_SESSION_TOKEN", "a/token==")];

/// Cargo tells a test where the package's programs are, but not its examples: they lie beside the tests.
fn example(name: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let program = tests.ancestors().nth(2).unwrap().join("examples").join(file);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{name}.rs"));
    // `cargo test` builds the examples first, `cargo test --test small_examples` does not.
    let changed = |path: &Path| path.metadata().and_then(|m| m.modified());
    let fresh = changed(&program).is_ok_and(|built| built >= changed(&source).unwrap());
    assert!(fresh, "{name} is not built: cargo build -p claims-examples --examples");
    program
}

/// Runs an example in an environment of nothing but these variables, as far as AWS and the API go. On success: what it says.
/// Else: what it complains.
fn run(name: &str, variables: &[(&str, &str)]) -> Result<String, String> {
    let mut command = Command::new(example(name));
    for (name, _) in env::vars_os() {
        if ["CLAIMS_API_", "AWS_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    let output = command.envs(NO_CREDENTIALS).envs(variables.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// As `run`, where the example has to succeed and say all of this, in this order.
fn says(name: &str, variables: &[(&str, &str)], lines: &[&str]) -> String {
    let said = run(name, variables).unwrap();
    let mut rest = said.as_str();
    for line in lines {
        rest = rest.split_once(line).unwrap_or_else(|| panic!("{line:?} is missing, or too early: {said}")).1;
    }
    said
}

/// As `run`, where the example has to fail and complain of all of this.
fn complains(name: &str, variables: &[(&str, &str)], words: &[&str]) {
    let complaint = run(name, variables).unwrap_err();
    for word in words {
        assert!(complaint.contains(word), "{word:?} is missing: {complaint}");
    }
}

/// Takes one request, answers it with an empty page, and hands on its head.
fn recorder() -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, heads) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        sender.send(String::from_utf8(head).unwrap()).unwrap();
        let body = r#"{"claims":[]}"#;
        let length = body.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
            .unwrap();
    });
    (address, heads)
}

#[test]
fn private_dns_goes_by_the_apis_own_name() {
    says(
        "private_dns",
        &[],
        &[
            "No API is configured: talking to an embedded one",
            "local00000.execute-api.eu-central-1.amazonaws.com is 127.0.0.1:",
            "The API answers: 0 claims",
        ],
    );
}

#[test]
fn private_dns_takes_the_api_from_the_environment() {
    let variables = [("CLAIMS_API_ID", "Not-an-id"), ("CLAIMS_API_REGION", "nowhere")];
    complains("private_dns", &variables, &["Not-an-id", "nowhere", "the stage is missing"]);
}

#[test]
fn vpce_host_header_is_refused_without_the_apis_name_and_let_in_with_it() {
    says(
        "vpce_host_header",
        &[],
        &[
            "No API is configured: talking to an embedded one",
            "By the VPC endpoint's name alone:",
            "the VPC endpoint does not know the API it was asked for",
            "status 403",
            "With Host local00000.execute-api.eu-central-1.amazonaws.com:",
            "the API answers: 0 claims",
        ],
    );
}

#[test]
fn vpce_host_header_takes_api_and_endpoint_from_the_environment() {
    let vpce = "vpce-0123456789abcdef0-abcdefgh.execute-api.us-east-1.vpce.amazonaws.com";
    let variables = [
        ("CLAIMS_API_ID", "Not-an-id"),
        ("CLAIMS_API_REGION", "eu-central-1"),
        ("CLAIMS_API_STAGE", "dev"),
        ("CLAIMS_API_VPCE_DNS", vpce),
    ];
    complains("vpce_host_header", &variables, &["Not-an-id", "the VPC endpoint is in", "us-east-1"]);
    complains("vpce_host_header", &variables[..3], &["the VPC endpoint's DNS name is missing"]);
}

#[test]
fn sigv4_signs_with_the_credentials_and_for_the_region_of_the_environment() {
    let (address, heads) = recorder();
    let url = format!("http://{address}/dev");
    let variables = [&CREDENTIALS[..], &[("CLAIMS_API_URL", &url), ("CLAIMS_API_REGION", "eu-west-1")]].concat();
    let said = says("sigv4", &variables, &["Signed and answered: 0 claims"]);
    assert!(!said.contains("embedded"), "{said}");

    let head = heads.try_recv().unwrap();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect::<Vec<_>>().concat()
    };
    let date = header("x-amz-date");
    let day = date.split('T').next().unwrap();
    assert_eq!(day.len(), 8, "{head}");
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{day}/eu-west-1/execute-api/aws4_request, ");
    assert!(header("authorization").starts_with(&scope), "{head}");
    assert!(header("authorization").contains("SignedHeaders=host;x-amz-date;x-amz-security-token, "), "{head}");
    assert_eq!(header("x-amz-security-token"), "a/token==");
    assert!(head.starts_with("GET /dev/claim?memberId=123 "), "{head}");
}

#[test]
fn sigv4_signs_for_the_embedded_api_too() {
    says("sigv4", &CREDENTIALS, &["does not check signatures", "Signed and answered: 0 claims"]);
}

#[test]
fn sigv4_without_credentials_sends_nothing_and_says_why() {
    let (address, heads) = recorder();
    let url = format!("http://{address}/dev");
    let variables = [("CLAIMS_API_URL", url.as_str()), ("AWS_REGION", "eu-central-1")];
    complains("sigv4", &variables, &["no AWS credentials here; set AWS_PROFILE", "cannot be signed"]);
    assert!(heads.try_recv().is_err());
    complains("sigv4", &variables[..1], &["CLAIMS_API_REGION"]);
}

#[test]
fn optimistic_update_loses_neither_change() {
    says(
        "optimistic_update",
        &[],
        &[
            "No API is configured: talking to an embedded one",
            "both read version 1: 500, pending",
            "Ann wrote version 2: 750.25, pending",
            "Ben was refused: ",
            "status 412",
            "Ben wrote version 3: 750.25, in_review",
        ],
    );
}

#[test]
fn stream_pages_reads_all_and_no_more_than_asked() {
    says(
        "stream_pages",
        &[],
        &[
            "No API is configured: talking to an embedded one",
            "total: 280.25",
            "a page of 3, and more\na page of 3, and more\na page of 1, and the end",
            "the second page begins with 40",
            "left: 0",
        ],
    );
}

#[test]
fn fault_injection_shows_how_each_fault_is_taken() {
    says(
        "fault_injection",
        &[],
        &[
            "Talking to an embedded API",
            "Throttle { retry_after: 7 }: Later(7s)",
            "Status(403): CallAnOperator",
            "ResetBefore: Later(0ns)",
            "ResetAfter: Later(0ns)",
            "then filed, once",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_talk_to_the_api_that_the_environment_names() {
    let api = LocalApi::start().await.unwrap();
    let programs = tokio::task::spawn_blocking(move || {
        let url = api.url();
        let variables = [("CLAIMS_API_URL", url.as_str())];
        for name in ["optimistic_update", "stream_pages"] {
            let said = says(name, &variables, &[]);
            assert!(!said.contains("embedded"), "{said}");
            // Only this API answers so.
            api.inject(Fault::Status(418));
            complains(name, &variables, &["418"]);
        }
    });
    programs.await.unwrap();
}

/// Faults for callers in other languages, by their own tests.
#[tokio::test(flavor = "multi_thread")]
async fn other_languages_test_their_error_handling_too() {
    let api = LocalApi::builder().faults_by_header().start().await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults");
    for (program, arguments) in [
        ("python3", ["-m", "unittest", "test_faults.py"].as_slice()),
        ("node", ["--test", "faults.test.mjs"].as_slice()),
    ] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("SKIPPED: {}, for there is no {program} on this machine", arguments[arguments.len() - 1]);
            continue;
        }
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&folder)
            .env("CLAIMS_API_URL", api.url())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{program}: {text}");
        assert!(text.contains("Ran 3 tests") || text.contains("# pass 3"), "{program}: {text}");
    }
}
