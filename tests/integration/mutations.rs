//! Valid specs, mutated at random: dropped, retyped, renamed, negated, blown up. Whatever comes out, nothing panics, and
//! either a diagnostic points into the mutated file, or everything still renders and validates.

use std::collections::BTreeSet;

use proptest::prelude::*;
use raygen::check;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;
use toml_edit::{DocumentMut, Item, TableLike, Value};

const SPECS: [(&str, &str, &str); 3] = [
    (
        include_str!("../golden/newest/teams/_platform.toml"),
        "everything",
        include_str!("../golden/newest/teams/everything.toml"),
    ),
    (
        include_str!("../golden/middle/teams/_platform.toml"),
        "vision",
        include_str!("../golden/middle/teams/vision.toml"),
    ),
    (
        include_str!("../golden/oldest/teams/_platform.toml"),
        "graviton",
        include_str!("../golden/oldest/teams/graviton.toml"),
    ),
];

#[derive(Clone, Debug)]
enum Mutation {
    Drop,
    Rename(String),
    Replace(String),
    Negate,
    Nest,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = prop_oneof![
        Just("-1".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("1e308".to_owned()),
        Just("nan".to_owned()),
        Just("true".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("2024-01-01".to_owned()),
        Just("\"\"".to_owned()),
        Just("[[[1]]]".to_owned()),
        "[a-zA-Z0-9{}%.:/ -]{0,12}".prop_map(|text| format!("{text:?}")),
        "\\PC{0,8}".prop_map(|text| format!("'''{}'''", text.replace('\'', ""))),
        (1..5_000_usize).prop_map(|length| format!("\"{}\"", "x".repeat(length))),
    ];
    prop_oneof![
        Just(Mutation::Drop),
        "[a-z-]{1,12}".prop_map(Mutation::Rename),
        value.prop_map(Mutation::Replace),
        Just(Mutation::Negate),
        Just(Mutation::Nest),
    ]
}

/// The paths of all values.
fn paths(table: &dyn TableLike, prefix: &[String], found: &mut Vec<Vec<String>>) {
    for (key, item) in table.iter() {
        let path = [prefix, &[key.to_owned()]].concat();
        if let Some(inner) = item.as_table_like() {
            paths(inner, &path, found);
        }
        found.push(path);
    }
}

fn mutate(text: &str, pick: usize, mutation: &Mutation) -> String {
    let mut document: DocumentMut = text.parse().unwrap();
    let mut all = Vec::new();
    paths(document.as_table(), &[], &mut all);
    if all.is_empty() {
        return text.to_owned();
    }
    let path = &all[pick % all.len()];
    let (last, parents) = path.split_last().unwrap();
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for key in parents {
        table = table.get_mut(key).unwrap().as_table_like_mut().unwrap();
    }
    match mutation {
        Mutation::Drop => {
            table.remove(last);
        }
        Mutation::Rename(to) => {
            let item = table.remove(last).unwrap();
            table.insert(to, item);
        }
        Mutation::Replace(value) => {
            if let Ok(value) = value.parse::<Value>() {
                table.insert(last, Item::Value(value));
            }
        }
        Mutation::Negate => {
            if let Some(number) = table.get(last).and_then(Item::as_integer) {
                table.insert(last, toml_edit::value(-number));
            }
        }
        Mutation::Nest => {
            let inner = table.get(last).and_then(Item::as_value).cloned();
            if let Some(inner) = inner {
                table.insert(last, Item::Value(Value::Array([inner].into_iter().collect())));
            }
        }
    }
    document.to_string()
}

/// Runs everything, and insists on places that exist.
fn survives(platform: &str, name: &str, team: &str) {
    let workspace = Workspace::from_texts(platform, [(name, team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    let mut files = BTreeSet::new();
    for diagnostic in &checked.diagnostics {
        for span in diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|label| label.span)) {
            let source = workspace.sources.get(span.file);
            assert!(span.end as usize <= source.text.len() && span.start <= span.end, "{diagnostic:?}");
            files.insert(source.path.clone());
        }
    }
    if checked.has_errors() {
        assert!(files.iter().any(|path| path.starts_with("teams/")), "{:#?}", checked.diagnostics);
    } else {
        let files = built.manifests.len() + resolution.teams.len() + built.patches.len();
        assert_eq!(manifest::emit(&resolution, &built).len(), files);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_team_is_judged(spec in 0..SPECS.len(), picks in prop::collection::vec((any::<usize>(), mutation()), 1..4)) {
        let (platform, name, team) = SPECS[spec];
        let mutated = picks.iter().fold(team.to_owned(), |text, (pick, mutation)| mutate(&text, *pick, mutation));
        survives(platform, name, &mutated);
    }

    #[test]
    fn a_mutated_platform_is_judged(spec in 0..SPECS.len(), pick in any::<usize>(), mutation in mutation()) {
        let (platform, name, team) = SPECS[spec];
        survives(&mutate(platform, pick, &mutation), name, team);
    }

    #[test]
    fn any_text_is_judged(text in "\\PC{0,200}") {
        survives(SPECS[0].0, "any", &text);
        survives(&text, "any", SPECS[0].2);
    }
}
