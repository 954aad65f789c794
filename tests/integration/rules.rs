//! The registry of rules and their pages: every rule is documented, and its page is its test.
//!
//! The blocks under `## Example` raise exactly this rule, at the lines that end with `# <-`; those under
//! `## Use instead` raise nothing. A block is the text of `teams/vision.toml`, unless its first line is a comment with
//! another path; `# teams/_platform.toml` is appended to `tests/rules/platform.toml`. Rules that come with this one are
//! named in the page's first line: `<!-- also = ["other-rule"] -->`. A YAML block is judged by the rules alone, as
//! objects that no spec made.

use std::collections::{BTreeMap, BTreeSet};

use raygen::check::{self, Checked};
use raygen::diagnostic::Diagnostic;
use raygen::lint::{self, Object, Rule, Subject, rules};
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::schema::Releases;
use raygen::source::Span;
use raygen::workspace::Workspace;
use serde::Deserialize;
use serde_json::Value;

const PLATFORM: &str = include_str!("../rules/platform.toml");
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
        let path = text.lines().next().and_then(|line| line.strip_prefix("# ")).filter(|line| line.ends_with(".toml"));
        files.entry(path.unwrap_or("teams/vision.toml").to_owned()).or_default().push_str(&format!("{text}\n"));
    }
    files
}

fn checked(files: &BTreeMap<String, String>) -> (Workspace, Checked) {
    let workspace = Workspace::from_texts(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    (workspace, checked)
}

/// The objects of a section's YAML block.
fn objects(section: &str) -> Option<Vec<Value>> {
    let block = section.split("```yaml\n").nth(1)?.split("\n```").next()?;
    let documents = serde_yaml::Deserializer::from_str(block);
    Some(documents.map(|document| Value::deserialize(document).expect("a page's block is YAML")).collect())
}

/// What the rules say of objects that no spec made.
pub(crate) fn linted(values: &[Value]) -> Vec<Diagnostic> {
    let releases = Releases::newest();
    let objects = values.iter().map(|value| Object::read(value, &releases, Span::default())).collect();
    lint::lint(&Subject::of_objects(objects))
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

fn bad_block(rule: &Rule) -> Result<(), String> {
    let section = sections(rule.page)[2].1;
    let also = also(rule.page);
    if let Some(objects) = objects(section) {
        let found: BTreeSet<&str> = linted(&objects).iter().map(|diagnostic| diagnostic.rule).collect();
        let expected = found.contains(rule.name) && found.iter().all(|name| *name == rule.name || also.contains(*name));
        return expected.then_some(()).ok_or_else(|| format!("{}: raised {found:?}", rule.name));
    }
    let files = files(section);
    let (workspace, checked) = checked(&files);
    let mut places = BTreeSet::new();
    for diagnostic in &checked.diagnostics {
        if diagnostic.rule == rule.name {
            let span = diagnostic.span.ok_or_else(|| format!("{}: no place", rule.name))?;
            let (line, _) = workspace.sources.line_column(span);
            places.insert((workspace.sources.get(span.file).path.clone(), line));
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
            lines.map(|(index, _)| (path.clone(), index + 1)).collect::<Vec<_>>()
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
        let diagnostics = match objects(section) {
            Some(objects) => linted(&objects),
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
