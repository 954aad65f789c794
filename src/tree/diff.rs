//! Unified diffs of generated files, as `git diff` and `patch` know them.

use similar::TextDiff;

use super::{Comparison, Output, State, Tree};

/// The diff of one file, empty if both texts are the same. `None` is a file that does not exist.
///
/// `path` stands in the headers, such as `generated/prod/vision/namespace-vision.yaml`.
pub fn unified_diff(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let name = |text: Option<&str>| if text.is_some() { path } else { "/dev/null" }.to_owned();
    TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default())
        .unified_diff()
        .context_radius(3)
        .header(&name(old), &name(new))
        .to_string()
}

impl Comparison {
    /// What writing would change, and what it would if edits were overwritten, file by file.
    pub fn diff(&self, tree: &Tree, output: &Output) -> String {
        self.files
            .iter()
            .filter(|(_, file)| !matches!(file.state, State::Unchanged | State::Foreign | State::ForeignOrphan))
            .map(|(path, file)| unified_diff(&output.display(path), file.old.as_deref(), tree.get(path)))
            .collect()
    }
}
