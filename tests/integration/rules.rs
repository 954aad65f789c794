//! The registry of rules and their pages: every rule is documented, and its page is its test.
//!
//! The blocks under `## Example` raise exactly this rule, at the lines that end with `# <-`; those under
//! `## Use instead` raise nothing. A block is the text of `teams/vision.toml`, unless its first line is a comment with
//! another path; `# teams/_platform.toml` is appended to `tests/rules/platform.toml`, or replaces it where the comment
//! ends with `, whole`. Rules that come with this one are named in the page's first line: `<!-- also = ["other-rule"] -->`.
//! A YAML block is linted as `manifest.yaml`, which no spec made, unless its first line is a comment with a path: then it
//! is a file beside the specs, or below `generated/` one that stands there after everything was rendered; what is marked in
//! the comment is the first line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use raygen::check::{self, Checked, Mending};
use raygen::diagnostic::Diagnostic;
use raygen::json::Value;
use raygen::lint::{self, Check, Object, Rule, Subject, rules};
use raygen::manifest;
use raygen::objects::{self, Objects, ReadObject};
use raygen::resolve::{self, Selection};
use raygen::schema::Releases;
use raygen::source::{Sources, Span};
use raygen::tree::{self, Output, Scope};
use raygen::workspace::Workspace;

pub(crate) const PLATFORM: &str = include_str!("../rules/platform.toml");
const OUTLINE: [&str; 5] = ["What it does", "Why it is bad", "Example", "Use instead", "References"];

/// The text under each second-level heading.
fn sections(page: &str) -> Vec<(&str, &str)> {
    page.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap_or((section, ""))).collect()
}

/// The files that a section's TOML blocks make, by path.
fn files(section: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("teams/_platform.toml".to_owned(), PLATFORM.to_owned())]);
    for block in section.split("```toml\n").skip(1) {
        let text = block.split("\n```").next().unwrap();
        let path =
            text.lines().next().and_then(|line| line.strip_prefix("# ")).filter(|line| line.starts_with("teams/"));
        let whole = path.and_then(|path| path.strip_suffix(", whole"));
        let file = files.entry(whole.or(path).unwrap_or("teams/vision.toml").to_owned()).or_default();
        if whole.is_some() {
            file.clear();
        }
        file.push_str(text);
        file.push('\n');
    }
    for block in section.split("```yaml\n# teams/").skip(1) {
        let (path, text) = block.split("\n```").next().unwrap().split_once('\n').unwrap();
        files.insert(["teams/", path].concat(), [text, "\n"].concat());
    }
    for block in section.split("```yaml\n# generated/").skip(1) {
        let (path, text) = block.split("\n```").next().unwrap().split_once('\n').unwrap();
        files.insert(["generated/", path].concat(), [text, "\n"].concat());
    }
    if section.contains("```yaml\n") {
        files.entry("teams/vision.toml".to_owned()).or_insert_with(|| TEAM.to_owned());
    }
    files
}

/// A team for pages that need none.
const TEAM: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// A section's YAML block: kinds that no spec makes yet, and what is wrong with YAML itself.
fn yaml(section: &str) -> Option<&str> {
    let block = section.split("```yaml\n").nth(1)?;
    let is_file = block.starts_with("# teams/") || block.starts_with("# generated/");
    block.split("\n```").next().filter(|_| !is_file)
}

/// What is said about a YAML block. What stages before the rules say counts for their own pages alone: a block of a rule
/// shows no more than it needs.
fn judged(block: &str, rule: &Rule) -> (Objects, Vec<Diagnostic>) {
    let objects = objects::from_texts([("manifest.yaml", block)]);
    let mut found = check::check_objects(&objects, &Releases::newest(), None).checked.diagnostics;
    let is_of_stage = |name: &str| lint::rule(name).is_some_and(|rule| matches!(rule.check, Check::Stage));
    found.retain(|diagnostic| diagnostic.rule == rule.name || !is_of_stage(diagnostic.rule));
    (objects, found)
}

/// What the rules say about objects that no spec made, on the newest releases.
pub(crate) fn linted(values: &[Value]) -> Vec<Diagnostic> {
    let releases = Releases::newest();
    let read: Vec<ReadObject> = values.iter().map(|value| ReadObject::at(value.clone(), Span::default())).collect();
    let objects = read.iter().map(|object| Object::read(object, &releases)).collect();
    lint::lint(&Subject::of_objects(objects, Arc::default()))
}

fn checked(files: &BTreeMap<String, String>) -> (Workspace, Checked) {
    checked_with(files, Vec::new())
}

/// What `raygen render --check` says where these files stand among those that were rendered.
fn drifted(files: &BTreeMap<String, String>, workspace: &Workspace) -> (Sources, Vec<Diagnostic>) {
    let root = tempfile::tempdir().unwrap();
    let output = Output::new(root.path(), "generated").unwrap();
    let resolution = resolve::resolve(workspace, &Selection::default());
    let tree = manifest::emit(&resolution, &manifest::build(&resolution));
    tree::write(&tree, &output, &Scope::everything(), false).unwrap();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("generated/")) {
        let path = root.path().join(path.trim_end_matches(" # <-"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let comparison = tree::compare(&tree, &output, &Scope::everything()).unwrap();
    let commands = Mending { render: "raygen render".to_owned(), force: "raygen render --force".to_owned() };
    let mut sources = workspace.sources.clone();
    let diagnostics = check::drift(&comparison, &tree, &output, &commands, &mut sources);
    (sources, diagnostics)
}

/// What is said about the files of a bad block.
fn of_files(files: &BTreeMap<String, String>) -> (Sources, Vec<Diagnostic>) {
    let (workspace, checked) = checked(files);
    if files.keys().any(|path| path.starts_with("generated/")) {
        let (sources, diagnostics) = drifted(files, &workspace);
        return (sources, [checked.diagnostics, diagnostics].concat());
    }
    (workspace.sources, checked.diagnostics)
}

/// The verdict over texts, with further objects in the place of the first rendered one.
pub(crate) fn checked_with(files: &BTreeMap<String, String>, objects: Vec<Value>) -> (Workspace, Checked) {
    let team = |(path, text): (&'_ String, &'_ String)| {
        Some((path.strip_prefix("teams/")?.strip_suffix(".toml")?.to_owned(), text.clone()))
    };
    let teams: Vec<(String, String)> = files.iter().filter_map(team).filter(|(name, _)| name != "_platform").collect();
    let platform = &files["teams/_platform.toml"];
    let beside = files.iter().filter(|(path, _)| path.strip_suffix(".toml").is_none());
    let workspace = Workspace::from_texts_and_files(
        platform,
        teams.iter().map(|(name, text)| (name.as_str(), text.as_str())),
        beside.filter_map(|(path, text)| Some((path.strip_prefix("teams/")?, text.as_str()))),
    );
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let mut built = manifest::build(&resolution);
    for object in objects {
        let mut manifest = built.manifests.first().expect("a team renders something").clone();
        manifest.object = object;
        built.manifests.push(manifest);
    }
    let checked = check::check(&workspace, &resolution, &built);
    (workspace, checked)
}

/// The rules that a page says come with its own.
fn also(page: &str) -> BTreeSet<String> {
    let list = page.lines().next().and_then(|line| line.strip_prefix("<!-- also = [")?.strip_suffix("] -->"));
    list.into_iter().flat_map(|list| list.split(',')).map(|name| name.trim().trim_matches('"').to_owned()).collect()
}

#[test]
fn rules_are_sorted_and_unique() {
    let names: Vec<&str> = rules::ALL.iter().map(|rule| rule.name).collect();
    assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

#[test]
fn every_rule_has_a_page_of_the_same_outline() {
    for rule in rules::ALL {
        let headings: Vec<&str> = sections(rule.page).into_iter().map(|(heading, _)| heading).collect();
        assert_eq!(headings, OUTLINE, "{}", rule.name);
        assert!(rule.page.contains(&format!("# {}\n", rule.name)), "{}: the title is the name", rule.name);
        assert!(!rule.summary.ends_with('.'), "{}: a summary has no full stop", rule.name);
    }
}

#[test]
fn bad_blocks_raise_their_rule_at_the_marked_lines() {
    let failures: Vec<String> = rules::ALL.iter().filter_map(|rule| bad_block(rule).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What concerns whole files cannot be shown by a text: `workspace.rs`, `manifests.rs` and `own_schemas.rs` test these.
const WITHOUT_FIXTURE: [&str; 4] = ["invalid-crd", "missing-platform", "unreadable-manifest", "unreadable-spec"];

fn bad_block(rule: &Rule) -> Result<(), String> {
    let section = sections(rule.page)[2].1;
    if WITHOUT_FIXTURE.contains(&rule.name) {
        return Ok(());
    }
    let also = also(rule.page);
    let (files, sources, diagnostics) = if let Some(block) = yaml(section) {
        let (objects, diagnostics) = judged(block, rule);
        (BTreeMap::from([("manifest.yaml".to_owned(), block.to_owned())]), objects.sources, diagnostics)
    } else {
        let files = files(section);
        let (sources, diagnostics) = of_files(&files);
        (files, sources, diagnostics)
    };
    let mut places = BTreeSet::new();
    for diagnostic in &diagnostics {
        if diagnostic.rule == rule.name {
            let span = diagnostic.span.ok_or_else(|| format!("{}: no place", rule.name))?;
            let (line, _) = sources.line_column(span);
            places.insert((sources.get(span.file).path.clone(), line));
        } else if !also.contains(diagnostic.rule) {
            return Err(format!(
                "{}: the bad block also raises {}: {}",
                rule.name, diagnostic.rule, diagnostic.message
            ));
        }
    }
    let marked: BTreeSet<(String, usize)> = files
        .iter()
        .flat_map(|(path, text)| {
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains("# <-"));
            let first = path.strip_suffix(" # <-").map(|path| (path.to_owned(), 1));
            lines.map(|(index, _)| (path.clone(), index + 1)).chain(first).collect::<Vec<_>>()
        })
        .collect();
    if places != marked || places.is_empty() {
        return Err(format!("{}: raised at {places:?}, marked {marked:?}", rule.name));
    }
    Ok(())
}

#[test]
fn good_blocks_raise_nothing() {
    let mut failures = Vec::new();
    for rule in rules::ALL {
        let section = sections(rule.page)[3].1;
        let also = also(rule.page);
        let diagnostics = match yaml(section) {
            Some(block) => judged(block, rule).1,
            None => checked(&files(section)).1.diagnostics,
        };
        for diagnostic in diagnostics {
            if !also.contains(diagnostic.rule) || diagnostic.rule == rule.name {
                failures
                    .push(format!("{}: the good block raises {}: {}", rule.name, diagnostic.rule, diagnostic.message));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A diagnostic whose rule is not registered could be neither explained nor waived.
#[test]
fn every_name_that_a_stage_reports_is_registered() {
    let mut unknown = BTreeSet::new();
    let mut open = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::workspace(", "const RULE: &str = "] {
            for rest in code.split(call).skip(1) {
                let literal = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                unknown.extend(literal.filter(|name| raygen::lint::rule(name).is_none()).map(str::to_owned));
            }
        }
    }
    assert_eq!(unknown, BTreeSet::new());
}

/// What people read when a page's bad block is linted: the rule's own messages, with their help.
fn shown(rule: &Rule) -> String {
    let section = sections(rule.page)[2].1;
    let mut text = String::new();
    let (sources, diagnostics) = if let Some(block) = yaml(section) {
        let (objects, diagnostics) = judged(block, rule);
        (objects.sources, diagnostics)
    } else {
        of_files(&files(section))
    };
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.rule == rule.name) {
        let place = diagnostic.span.map_or_else(String::new, |span| {
            let (line, column) = sources.line_column(span);
            format!("{}:{line}:{column}: ", sources.get(span.file).path)
        });
        text.push_str(&[&place, &diagnostic.message, "\n"].concat());
        for help in &diagnostic.help {
            text.push_str(&["  help: ", help, "\n"].concat());
        }
    }
    text
}

/// `tests/rules/firing.txt` shows every rule firing, so that messages are read together. `BLESS=1` rewrites it.
#[test]
fn every_rule_fires_as_recorded() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/firing.txt");
    let mut text = String::new();
    for rule in rules::ALL.iter().filter(|rule| !WITHOUT_FIXTURE.contains(&rule.name)) {
        let shown = shown(rule);
        assert!(!shown.is_empty(), "{} does not fire", rule.name);
        text.push_str(&["[", rule.name, "]\n", &shown, "\n"].concat());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, text).unwrap();
    } else {
        let recorded = std::fs::read_to_string(path).unwrap();
        let diff = raygen::tree::unified_diff("firing.txt", Some(&recorded), Some(&text));
        assert!(recorded == text, "BLESS=1 rewrites, if this is meant:\n{diff}");
    }
}

/// Fixes mend what they are offered for, and keep the rest of the file.
#[test]
fn fixes_mend_the_bad_blocks() {
    let mut mended = BTreeSet::new();
    for rule in rules::ALL {
        let section = sections(rule.page)[2].1;
        if yaml(section).is_some() || WITHOUT_FIXTURE.contains(&rule.name) {
            continue;
        }
        let mut files = files(section);
        let (_, before) = checked(&files);
        let offered: Vec<Diagnostic> = before
            .diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.rule == rule.name && diagnostic.fix.is_some())
            .collect();
        if offered.is_empty() {
            continue;
        }
        let texts = files.clone();
        let fixed = lint::fix::apply(&offered, |path| texts.get(path).map(String::as_str)).unwrap();
        assert!(!fixed.texts.is_empty(), "{}: the fix changes nothing", rule.name);
        files.extend(fixed.texts);
        let (_, after) = checked(&files);
        let still = after.diagnostics.iter().filter(|diagnostic| diagnostic.rule == rule.name).count();
        assert!(still < offered.len() || still == 0, "{}: still there after the fix", rule.name);
        mended.insert(rule.name);
    }
    assert!(mended.len() >= 15, "fixes of {} rules: {mended:?}", mended.len());
}
