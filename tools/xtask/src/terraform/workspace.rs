//! A copy of `terraform/` to work in, and Terraform kept away from the caller's accounts, settings and state.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{find, root};

/// Where Terraform runs.
pub struct Workspace {
    base: PathBuf,
    folder: PathBuf,
    terraform: PathBuf,
    cli_config: PathBuf,
    zip: PathBuf,
}

impl Workspace {
    /// Copies the configuration without the caller's state, backend or variables, and writes a CLI configuration, all of it
    /// below `base`.
    pub fn prepare(base: PathBuf, zip: &Path, mirror: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let terraform = find("terraform")
            .ok_or("terraform is not on the path (1.11 or newer: developer.hashicorp.com/terraform/install)")?;
        let folder = base.join("work");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        copy(&root().join("terraform"), &folder)?;
        // Where the module looks when it is told nothing: beside terraform/, as in the repository.
        for (folder, document) in [("openapi", "claims"), ("examples/orders/openapi", "orders")] {
            let (from, to) = (root().join(folder), base.join(folder));
            let file = format!("{document}.apigateway.json");
            fs::create_dir_all(&to)?;
            fs::copy(from.join(&file), to.join(&file))?;
        }
        fs::create_dir_all(base.join("target/lambda"))?;
        fs::copy(zip, base.join("target/lambda/claims-lambda.zip"))?;
        // One program to deliver, so that the way of the examples is walked.
        fs::create_dir_all(folder.join("examples"))?;
        fs::write(folder.join("examples/stand-in"), "#!/bin/sh\n")?;

        let cli_config = base.join("cli.tfrc");
        fs::write(&cli_config, cli_configuration(mirror.map(Path::to_path_buf).or_else(find_mirror).as_deref()))?;
        Ok(Self { base, folder, terraform, cli_config, zip: zip.to_path_buf() })
    }

    /// The copy.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the steps' output goes.
    pub fn logs(&self) -> PathBuf {
        self.base.join("logs")
    }

    /// Terraform with nothing of the caller's environment that could lead it to a real account.
    pub fn terraform(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.terraform);
        without_cloud_environment(&mut command);
        command
            .args(args)
            .arg("-no-color")
            .current_dir(&self.folder)
            .env("TF_CLI_CONFIG_FILE", &self.cli_config)
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_VAR_lambda_zip", &self.zip)
            .env("TF_VAR_openapi_document", root().join("openapi/claims.apigateway.json"))
            .env("TF_VAR_example_binaries_dir", self.folder.join("examples"));
        command
    }

    /// Runs a command that prints JSON.
    pub fn json(&self, mut command: Command) -> Result<serde_json::Value, Box<dyn Error>> {
        let output = command.output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Takes away every setting of AWS's and Terraform's: keys, profiles, endpoints, variables, workspaces.
pub fn without_cloud_environment(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AWS_") || text.starts_with("TF_") {
            command.env_remove(&name);
        }
    }
    let nowhere = root().join("target/terraform/no-such-file");
    command
        .env("AWS_CONFIG_FILE", &nowhere)
        .env("AWS_SHARED_CREDENTIALS_FILE", &nowhere)
        .env("AWS_EC2_METADATA_DISABLED", "true");
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let callers_own = name.starts_with(".terraform")
            || name.contains(".tfstate")
            || name.starts_with("backend")
            || name.ends_with("override.tf")
            || name.ends_with(".auto.tfvars")
            || name == "terraform.tfvars";
        if callers_own {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

fn cli_configuration(mirror: Option<&Path>) -> String {
    let installation = mirror.map_or_else(String::new, |mirror| {
        let aws = "[\"registry.terraform.io/hashicorp/aws\"]";
        let path = mirror.display().to_string().replace('\\', "/");
        format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path    = \"{path}\"\n    include = {aws}\n  }}\n  direct {{\n    exclude = {aws}\n  }}\n}}\n"
        )
    });
    format!("disable_checkpoint = true\n{installation}")
}

/// Looks where plugins are put by hand: Terraform's own folders, and one level below the usual places for software.
fn find_mirror() -> Option<PathBuf> {
    let home = env::home_dir().unwrap_or_default();
    let mut places = vec![home.join(".terraform.d/plugins"), home.join(".local/share/terraform/plugins")];
    for base in ["/usr/local/share", "/usr/share", "/usr/local/lib", "/usr/lib", "/opt", "/var/lib"] {
        places.push(Path::new(base).join("terraform/plugins"));
        places.extend(fs::read_dir(base).into_iter().flatten().flatten().map(|entry| entry.path()));
    }
    places.into_iter().find(|place| place.join("registry.terraform.io/hashicorp/aws").is_dir())
}
