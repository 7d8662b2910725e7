//! The ratios as a picture: a bar each from its quartiles, a tick where its limit is, with the machine and the date.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::report::Row;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 420.0;
const LINE: f64 = 22.0;
const TOP: f64 = 64.0;

/// Light and dark, as the page around it is.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1c2733}.small{font-size:11px;fill:#5b6875}\
.grid{stroke:#d4dae0}.one{stroke:#8592a0;stroke-dasharray:3 3}.bar{fill:#2f7d6b}.over{fill:#b3402e}.spread{stroke:#1c2733}\
.limit{stroke:#b3402e;stroke-width:2}\
@media(prefers-color-scheme:dark){text{fill:#e3e8ec}.small{fill:#9aa7b3}.grid{stroke:#36424d}.spread{stroke:#e3e8ec}.bar{fill:#4fb39c}}";

/// Writes `name.svg` into the folder; nothing where there is no ratio.
pub fn write(folder: &Path, name: &str, rows: &[Row]) -> Result<Option<PathBuf>, Box<dyn Error>> {
    let bars: Vec<(&Row, &str, f64)> =
        rows.iter().filter_map(|row| row.as_ratio().map(|(to, ratio)| (row, to, ratio))).collect();
    if bars.is_empty() {
        return Ok(None);
    }
    let file = folder.join(name).with_extension("svg");
    fs::write(&file, drawn(name, &bars, &machine())?)?;
    Ok(Some(file))
}

fn drawn(name: &str, bars: &[(&Row, &str, f64)], machine: &str) -> Result<String, std::fmt::Error> {
    let most = bars.iter().map(|(row, _, ratio)| {
        ratio.max(row.limit().unwrap_or(0.0)).max(row.quartiles().map_or(0.0, |(_, high)| high))
    });
    let most = (most.fold(1.0, f64::max) * 1.1).ceil();
    let x = |ratio: f64| LEFT + ratio / most * (WIDTH - LEFT - 60.0);
    let height = TOP + LINE * bars.len() as f64 + 26.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{name}: ratios to a baseline of the same run\">\n<style>{STYLE}</style>\n"
    );
    writeln!(svg, "<text x=\"12\" y=\"24\">{name}: ratio to the baseline that ran beside it (less is better)</text>")?;
    writeln!(svg, "<text class=\"small\" x=\"12\" y=\"42\">{}</text>", escaped(machine))?;
    let step = (most / 8.0).ceil();
    for tick in (0..).map(|tick| f64::from(tick) * step).take_while(|tick| *tick <= most) {
        let (at, class) = (x(tick), if tick == 1.0 { "one" } else { "grid" });
        writeln!(
            svg,
            "<line class=\"{class}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/>",
            height - 22.0
        )?;
        writeln!(
            svg,
            "<text class=\"small\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick}</text>",
            height - 8.0
        )?;
    }
    for (line, (row, to, ratio)) in bars.iter().enumerate() {
        let y = TOP + LINE * line as f64;
        let class = if row.is_over() { "over" } else { "bar" };
        writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\"><title>to {}</title>{}</text>",
            LEFT - 8.0,
            y + 15.0,
            escaped(to),
            escaped(&row.what)
        )?;
        writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{:.1}\" height=\"12\"/>",
            y + 5.0,
            x(*ratio) - LEFT
        )?;
        if let Some((low, high)) = row.quartiles() {
            let middle = y + 11.0;
            writeln!(
                svg,
                "<line class=\"spread\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>",
                x(low),
                x(high)
            )?;
        }
        if let Some(limit) = row.limit() {
            writeln!(
                svg,
                "<line class=\"limit\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\"/>",
                x(limit),
                y + 2.0,
                y + 20.0
            )?;
        }
        let behind = x(ratio.max(row.limit().unwrap_or(0.0)).max(row.quartiles().map_or(0.0, |(_, high)| high))) + 6.0;
        writeln!(svg, "<text class=\"small\" x=\"{behind:.1}\" y=\"{:.1}\">{ratio:.2}</text>", y + 15.0)?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// The processor, how many of it, and the day.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, model)| model));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let day = Command::new("date")
        .arg("+%Y-%m-%d")
        .output()
        .map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    format!("{} × {cores}, {}", model.unwrap_or(std::env::consts::ARCH), day.unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Row, drawn};

    #[test]
    fn a_bar_is_as_long_as_its_ratio_and_red_over_its_limit() {
        let rows: Vec<Row> = serde_json::from_str(
            r#"[{"what": "a <get>", "to": "bare", "ratio": 1.0, "low": 0.9, "high": 1.1, "limit": 1.05},
                {"what": "cold start", "to": "empty", "ratio": 2.0, "limit": 1.5}]"#,
        )
        .unwrap();
        let bars: Vec<_> = rows.iter().map(|row| (row, "x", row.as_ratio().unwrap().1)).collect();
        let svg = drawn("lambda", &bars, "a machine, 2026-11-25").unwrap();
        let width = |class: &str| -> f64 {
            let from = svg.split(&format!("<rect class=\"{class}\"")).nth(1).unwrap().split("width=\"").nth(1).unwrap();
            from.split('"').next().unwrap().parse().unwrap()
        };
        assert!((width("over") / width("bar") - 2.0).abs() < 0.01);
        assert!(svg.contains("a &lt;get>") && svg.contains("a machine, 2026-11-25"));
    }
}
