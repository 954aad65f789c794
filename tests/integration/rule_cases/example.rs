//! The repository's own teams lint clean.

use std::path::Path;

use raygen::resolve::{self, Selection};
use raygen::{check, manifest, workspace};

#[test]
fn the_example_teams_lint_clean() {
    let workspace = workspace::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let checked = check::check(&workspace, &resolution, &manifest::build(&resolution));
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    assert!(checked.waived > 0, "the example shows a waiver");
}
