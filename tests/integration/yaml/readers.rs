//! Readers that the emitter did not write.

use std::io::Write as _;
use std::process::{Command, Stdio};

use raygen::json::Value;

pub(crate) trait Reader {
    fn read(&self, text: &str) -> Result<Value, String>;
}

/// libyaml with the core schema of YAML 1.2, and YAML 1.1 left aside.
pub(crate) struct LibYaml;

impl Reader for LibYaml {
    fn read(&self, text: &str) -> Result<Value, String> {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }
}

/// An independent parser, told to read scalars as kubectl does.
pub(crate) struct Saphyr;

impl Reader for Saphyr {
    fn read(&self, text: &str) -> Result<Value, String> {
        let options = serde_saphyr::options! {
            legacy_octal_numbers: true,
            strict_booleans: false,
            budget: None,
        };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
    }
}

/// What `PyYAML` makes of each document, as JSON, or nothing where it is not installed.
pub(crate) fn pyyaml(documents: &[String]) -> Option<Vec<Value>> {
    const PROGRAM: &str = "import json, sys, yaml\n\
        print(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)], default=lambda other: {'type': str(type(other))}))";
    if !Command::new("python3").args(["-c", "import yaml"]).output().is_ok_and(|run| run.status.success()) {
        eprintln!("skipped: python3 has no yaml module");
        return None;
    }
    let mut python = Command::new("python3")
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 has just run");
    let input = serde_json::to_vec(documents).expect("strings are JSON");
    python.stdin.take().expect("stdin is piped").write_all(&input).expect("python3 reads its input");
    let output = python.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "PyYAML refused a document");
    Some(serde_json::from_slice(&output.stdout).expect("json.dumps writes JSON"))
}
