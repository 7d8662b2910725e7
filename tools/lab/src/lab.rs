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

use crate::{
    certificates,
    namespaces::{
        Done, end_children, resolvers, run, run_always, serve,
        topology::{self, Addresses, DYNAMODB, GATEWAY, links},
    },
    planned_network::Design,
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
pub struct Lab {
    pub id: String,
    pub design: Design,
    pub addresses: Addresses,
}

impl Lab {
    /// Builds the network and starts everything in it. Whatever stops it half-way, nothing is left.
    pub fn up(design: Design) -> Done<Self> {
        let id: String = uuid::Uuid::new_v4().simple().to_string().chars().take(6).collect();
        CURRENT.get_or_init(|| id.clone());
        let lab = Self::of(id, design);
        lab.build().map_err(|why| match down(&lab.id) {
            Ok(()) => why,
            Err(left) => format!("{why}; and cleaning up: {left}").into(),
        })?;
        Ok(lab)
    }

    fn build(&self) -> Done {
        // The endpoint's key lies there.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(self.folder())?;
        fs::write(self.file("lab.json"), serde_json::to_vec_pretty(&(&self.id, &self.design))?)?;
        certificates::write(&self.design, &self.folder())?;
        topology::build(&self.design, &self.addresses, &|role| self.ns(role))?;
        resolvers::serve(self)?;
        [DYNAMODB, GATEWAY].into_iter().chain(links().map(|(role, _)| role)).try_for_each(|role| {
            let arguments = [&*self.file("lab.json"), Path::new(role)];
            serve(&self.ns(role), arguments, &self.file(&format!("{role}.log")))
        })
    }

    fn of(id: String, design: Design) -> Self {
        Self { id, addresses: Addresses::of(&design), design }
    }

    /// The lab that a child process of ours is in.
    pub fn read(file: &Path) -> Done<Self> {
        let (id, design) = serde_json::from_str(&fs::read_to_string(file)?)?;
        Ok(Self::of(id, design))
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
