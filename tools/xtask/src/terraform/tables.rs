//! The tables of a module's inputs and outputs, in its README: made from what the configuration says, compared by every run.

use std::{error::Error, fmt::Write as _, fs, path::Path};

/// Where a module says what it takes, in this order.
const INPUTS: [&str; 4] = ["variables.tf", "variables-callers.tf", "variables-network.tf", "variables-organization.tf"];

/// Around the tables in a README.
const BEGIN: &str = "<!-- inputs and outputs: cargo xtask terraform --bless -->\n";
const END: &str = "<!-- end -->\n";

/// Fails where the README's tables are not those of the configuration beside it; writes them where that is asked for.
pub fn are_true(module: &Path, bless: bool) -> Result<(), Box<dyn Error>> {
    let mut inputs = String::new();
    for file in INPUTS {
        inputs += &read(&module.join(file))?;
    }
    let (readme, outputs) = (module.join("README.md"), read(&module.join("outputs.tf"))?);
    let text = read(&readme)?;
    let tables = tables(&inputs, &outputs)?;
    let (before, rest) = text.split_once(BEGIN).ok_or_else(|| format!("{} has no line {BEGIN}", readme.display()))?;
    let (committed, after) = rest.split_once(END).ok_or_else(|| format!("{} has no line {END}", readme.display()))?;
    if committed == tables {
        return Ok(());
    }
    if bless {
        return Ok(fs::write(&readme, [before, BEGIN, &tables, END, after].concat())?);
    }
    Err(format!("{}: the tables differ from the configuration: cargo xtask terraform --bless", readme.display()).into())
}

fn read(file: &Path) -> Result<String, Box<dyn Error>> {
    fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()).into())
}

fn tables(inputs: &str, outputs: &str) -> Result<String, Box<dyn Error>> {
    let mut text = "\n| input | default | |\n|---|---|---|\n".to_owned();
    for (name, block) in blocks(inputs, "variable") {
        let default = match attribute(block, "default") {
            None => "**required**".to_owned(),
            Some("{") | Some("[") => "see `variables.tf`".to_owned(),
            Some(value) => format!("`{value}`"),
        };
        writeln!(text, "| `{name}` | {default} | {} |", description(name, block)?)?;
    }
    text += "\n| output | |\n|---|---|\n";
    for (name, block) in blocks(outputs, "output") {
        writeln!(text, "| `{name}` | {} |", description(name, block)?)?;
    }
    Ok(text + "\n")
}

/// Name and inside of every block of a kind, as `terraform fmt` lays them out.
fn blocks<'a>(text: &'a str, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.find(&format!("{kind} \""))?;
        let (name, after) = rest.get(from + kind.len() + 2..)?.split_once("\" {\n")?;
        let (block, after) = after.split_once("\n}\n")?;
        rest = after;
        Some((name, block))
    })
}

/// What an attribute of the block itself begins with.
fn attribute<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    block.lines().find_map(|line| {
        let line = line.strip_prefix("  ")?.strip_prefix(name)?;
        line.trim_start().strip_prefix("= ")
    })
}

fn description(name: &str, block: &str) -> Result<String, Box<dyn Error>> {
    let said = attribute(block, "description").ok_or_else(|| format!("{name} has no description"))?;
    let text = if said == "<<-EOT" {
        let inside = block.split("<<-EOT\n").nth(1).and_then(|rest| rest.split("EOT").next()).unwrap_or_default();
        inside.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
    } else {
        said.trim_matches('"').replace("\\\"", "\"")
    };
    Ok(text.replace('|', "\\|").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn every_input_and_output_has_its_row() {
        let inputs = "variable \"name\" {\n  description = \"Of <all>.\"\n  type        = string\n}\n\nvariable \"zones\" {\n  description = <<-EOT\n    Two\n    lines.\n  EOT\n  type = list(string)\n  default     = null\n}\n";
        let outputs = "output \"id\" {\n  description = \"\\\"This\\\" | that.\"\n  value       = 1\n}\n";
        let made = tables(inputs, outputs).unwrap_or_default();
        assert!(
            made.contains("| `name` | **required** | Of &lt;all>. |\n| `zones` | `null` | Two lines. |\n"),
            "{made}"
        );
        assert!(made.contains("| `id` | \"This\" \\| that. |\n"), "{made}");
        assert!(tables("variable \"x\" {\n  type = string\n}\n", "").is_err());
    }
}
