//! A lab's life: built, remembered, taken down.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    certificates,
    design::Design,
    network::{
        Done, end_children, names, run, run_always, serve,
        topology::{self, Addresses, DYNAMODB, ENDPOINTS, GATEWAY, OTHER, PRIVATE_LINK},
    },
};

/// Everything about a lab that is not a namespace lies below this, in a folder with the lab's id.
const STATE: &str = "/run/claims-lab";
const PREFIX: &str = "claims-lab-";
/// Plain HTTP: in AWS it is TLS, which the server's own tests cover.
pub const DYNAMODB_PORT: u16 = 8000;
pub const LINK_PORT: u16 = 8443;

/// The lab of this process, for whoever has to end it.
pub static CURRENT: OnceLock<String> = OnceLock::new();

/// A network that stands.
#[derive(Serialize, Deserialize)]
pub struct Lab {
    pub id: String,
    pub design: Design,
    pub addresses: Addresses,
}

impl Lab {
    /// Builds the network and starts everything in it. Whatever stops it half-way, nothing is left.
    pub fn up(design: Design) -> Done<Self> {
        let id: String = uuid::Uuid::new_v4().simple().to_string().chars().take(6).collect();
        let addresses = Addresses::of(&design);
        CURRENT.get_or_init(|| id.clone());
        let lab = Self { id, design, addresses };
        lab.build().map_err(|why| match down(&lab.id) {
            Ok(()) => why,
            Err(left) => format!("{why}; and cleaning up: {left}").into(),
        })?;
        Ok(lab)
    }

    fn build(&self) -> Done {
        // The endpoint's key lies there.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(self.folder())?;
        fs::write(self.file("lab.json"), serde_json::to_vec_pretty(self)?)?;
        certificates::write(&self.design, &self.folder())?;
        topology::build(&self.design, &self.addresses, &|role| self.ns(role))?;
        names::serve(self)?;
        let state = self.file("lab.json").display().to_string();
        let start =
            |role: &str, arguments: &[&str]| serve(&self.ns(role), arguments, &self.file(&format!("{role}.log")));
        start(DYNAMODB, &["dynamodb", "--lab", &state])?;
        start(GATEWAY, &["gateway", "--lab", &state])?;
        for (role, link) in ENDPOINTS.into_iter().chain([OTHER]).zip(PRIVATE_LINK) {
            start(role, &["endpoint", "--lab", &state, "--gateway", &format!("{link}:{LINK_PORT}"), "--name", role])?;
        }
        Ok(())
    }

    /// The lab that a child process of ours serves in.
    pub fn read(file: &Path) -> Done<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
    }

    /// The namespace of a role.
    pub fn ns(&self, role: &str) -> String {
        format!("{PREFIX}{}-{role}", self.id)
    }

    pub fn folder(&self) -> PathBuf {
        Path::new(STATE).join(&self.id)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub fn environment(&self, mode: &str) -> Done<BTreeMap<String, String>> {
        let found = self.design.environment.get(mode).cloned();
        let mut environment = found.ok_or_else(|| format!("the design has no client_environment {mode}"))?;
        environment.insert("CLAIMS_API_CA_FILE".to_owned(), self.file("ca.pem").display().to_string());
        Ok(environment)
    }
}

/// Ends every process in a lab's namespaces, for those who wait for one.
pub fn end_processes(id: &str) -> Done<Vec<String>> {
    let of_this_lab = format!("{PREFIX}{id}-");
    let list = run_always("ip", &["netns", "list"], "")?;
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    let namespaces: Vec<_> = names.filter(|name| name.starts_with(&of_this_lab)).map(str::to_owned).collect();
    for namespace in &namespaces {
        let pids = run_always("ip", &["netns", "pids", namespace], "")?;
        for pid in pids.split_whitespace() {
            // One that has ended by itself is no failure.
            let _ = run_always("kill", &["-KILL", pid], "");
        }
    }
    Ok(namespaces)
}

/// Takes a lab down, however much of it there is.
pub fn down(id: &str) -> Done {
    end_children();
    let namespaces = end_processes(id)?;
    for namespace in namespaces {
        run_always("ip", &["netns", "delete", &namespace], "")?;
        let _ = fs::remove_dir_all(Path::new("/etc/netns").join(&namespace));
    }
    // A process that has just ended may still hold a file in it.
    for _ in 0..10 {
        if !Path::new(STATE).join(id).exists() {
            break;
        }
        let _ = fs::remove_dir_all(Path::new(STATE).join(id));
        thread::sleep(Duration::from_millis(20));
    }
    // Succeeds only for the last lab: a folder that is not empty stays.
    let _ = fs::remove_dir(STATE);
    let _ = fs::remove_dir("/etc/netns");
    Ok(())
}

/// The ids of all labs on this machine, complete or not.
pub fn all() -> Done<Vec<String>> {
    let list = run("ip", &["netns", "list"])?;
    let standing = list.lines().filter_map(|line| line.strip_prefix(PREFIX)?.split('-').next()).map(str::to_owned);
    let folders = fs::read_dir(STATE).into_iter().flatten().flatten();
    let ids: BTreeSet<_> = standing.chain(folders.map(|e| e.file_name().to_string_lossy().into_owned())).collect();
    Ok(ids.into_iter().collect())
}
