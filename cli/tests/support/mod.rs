//! The `claims` program as a user runs it.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::process::{Command, Output};

use claims_local::LocalApi;

/// The API on threads of its own, so that a test may wait for a program that talks to it.
pub struct Api {
    pub runtime: tokio::runtime::Runtime,
    pub api: LocalApi,
    /// What the program keeps for its user.
    pub state: tempfile::TempDir,
}

pub fn api() -> Api {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let api = runtime.block_on(LocalApi::start()).unwrap();
    Api { runtime, api, state: tempfile::tempdir().unwrap() }
}

impl Api {
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("CLAIMS_API_URL", self.api.url()).env("XDG_STATE_HOME", self.state.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    pub fn client(&self) -> claims_client::ClaimsClient {
        let endpoint = claims_client::Endpoint::url(self.api.url());
        claims_client::ClaimsClient::builder().endpoint(endpoint).build().unwrap()
    }

    /// All claims of a member, by id.
    pub fn claims(&self, member: &str) -> Vec<claims_client::Claim> {
        use futures_util::TryStreamExt;
        let member = member.parse().unwrap();
        self.runtime.block_on(self.client().list_claims(&member).into_stream().try_collect()).unwrap()
    }
}

/// The program with nothing of this machine's configuration.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CLAIMS_API_") || name == "AWS_REGION") {
        command.env_remove(name);
    }
    // Where the CLI notes things about this user's files.
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.args(arguments);
    command
}

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// What `claims --json` writes is one of the shapes of the schema; each line is one document.
#[track_caller]
pub fn of_shape(shape: &str, text: &str) {
    let schema = include_str!("../../schema/claims-output.schema.json");
    let mut schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    if !shape.is_empty() {
        schema.as_object_mut().unwrap().remove("anyOf");
        schema["$ref"] = format!("#/$defs/{shape}").into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in text.lines() {
        let line = serde_json::from_str(line).unwrap_or_else(|e| panic!("no JSON: {e}: {line}"));
        if let Err(e) = validator.validate(&line) {
            panic!("not of the shape {shape}: {e}: {line}");
        }
    }
}
