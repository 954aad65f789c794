//! The repository's own teams lint clean.

use std::fs;
use std::path::Path;

use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;
use raygen::{check, manifest};

#[test]
fn the_example_teams_lint_clean() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("teams");
    let mut texts: Vec<(String, String)> = fs::read_dir(directory)
        .expect("the example teams are part of the repository")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            (format!("teams/{name}"), fs::read_to_string(&path).expect("a spec is readable"))
        })
        .collect();
    texts.sort();
    let workspace = Workspace::from_texts(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let checked = check::check(&workspace, &resolution, &manifest::build(&resolution));
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    assert!(checked.waived > 0, "the example shows a waiver");
}
