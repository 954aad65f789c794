//! The README is true: its walk runs, and its table of rules is current. `BLESS=1 cargo test` rewrites both.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum as _;
use raygen::impact::Verdict;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// Replaces what stands between two markers.
fn between(text: &str, start: &str, end: &str, new: &str) -> String {
    let from = text.find(start).unwrap() + start.len();
    let to = from + text[from..].find(end).unwrap();
    format!("{}{new}{}", &text[..from], &text[to..])
}

fn run(command: &str, directory: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_raygen")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(directory)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the commands of every console block, all in one directory, and writes what they print below them.
fn walk(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut walked = String::new();
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            "```console" => inside = true,
            "```" if inside => inside = false,
            _ if inside && !line.starts_with("$ ") => continue,
            _ => {}
        }
        walked.push_str(line);
        if inside && let Some(command) = line.strip_prefix("$ ") {
            walked.push_str(&run(command, directory.path()));
        }
    }
    walked
}

/// The verdicts and what they mean, as `--fail-on` takes them, the worst first.
fn verdicts() -> String {
    let mut table = "\n\n| verdict | what happens |\n|---|---|\n".to_owned();
    for verdict in Verdict::value_variants().iter().rev() {
        let value = verdict.to_possible_value().unwrap();
        let _ = writeln!(table, "| `{}` | {} |", value.get_name(), value.get_help().unwrap());
    }
    table + "\n"
}

#[test]
fn readme_is_true() {
    let text = fs::read_to_string(README).unwrap();
    let table = format!("\n\n{}\n", raygen::commands::explain::table());
    let mut current = walk(&between(&text, "<!-- rules -->", "<!-- /rules -->", &table));
    current = between(&current, "<!-- verdicts -->", "<!-- /verdicts -->", &verdicts());
    if let Some(comment) = crate::diff_command::recorded_comment() {
        current = between(&current, "<!-- comment -->", "<!-- /comment -->", &format!("\n\n{comment}\n"));
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(README, current).unwrap();
    } else {
        let diff = raygen::tree::unified_diff("README.md", Some(&text), Some(&current));
        assert!(text == current, "BLESS=1 rewrites, if this is meant:\n{diff}");
    }
}
