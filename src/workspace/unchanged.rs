//! Teams that need no second look: all that they are made of is the same in two readings of the specs.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::{self, FILE_KEYS};
use super::files::Content;
use super::{Document, Specs, Workspace};
use crate::document::Node;

impl Specs {
    /// Takes out of both readings the teams whose texts are the same, before anything is parsed. A team that may name a
    /// file beside its spec stays: only the parsed spec tells which.
    pub fn drop_unchanged(old: &mut Self, new: &mut Self) {
        let (before, after) = (old.contents(), new.contents());
        let (Some(platform_before), Some(platform)) = (before.get(&None), after.get(&None)) else { return };
        if !is_same(platform_before, platform) || may_name_file(platform) {
            return;
        }
        let is_unchanged = |team: Option<&str>, content: &Content| {
            before.get(&team).is_some_and(|before| is_same(before, content) && !may_name_file(content))
        };
        let unchanged: BTreeSet<String> = after
            .iter()
            .filter(|(team, content)| is_unchanged(**team, content))
            .filter_map(|(team, _)| Some((*team)?.to_owned()))
            .collect();
        for specs in [old, new] {
            specs.read.retain(|(file, _)| file.team.as_ref().is_none_or(|team| !unchanged.contains(team)));
        }
    }

    /// What the files hold, by team; the platform's is that of no team.
    fn contents(&self) -> BTreeMap<Option<&str>, &Content> {
        self.read.iter().map(|(file, content)| (file.team.as_deref(), content)).collect()
    }
}

impl Workspace {
    /// Takes out of both workspaces the teams whose texts, files and platform are the same.
    pub fn drop_unchanged(old: &mut Self, new: &mut Self) {
        let (Some(before), Some(after)) = (&old.platform, &new.platform) else { return };
        if !has_same_inputs(old, before, new, after) {
            return;
        }
        let unchanged: BTreeSet<String> = new
            .teams
            .iter()
            .filter(|team| {
                // Teams are sorted by name.
                let before = old.teams.binary_search_by(|before| before.name.cmp(&team.name));
                before.is_ok_and(|at| has_same_inputs(old, &old.teams[at].document, new, &team.document))
            })
            .map(|team| team.name.clone())
            .collect();
        for workspace in [old, new] {
            workspace.teams.retain(|team| !unchanged.contains(&team.name));
        }
    }

    fn text_beside(&self, node: &Node) -> Option<&str> {
        Some(self.file(node.string()?)?.1)
    }
}

/// Whether two documents have the same text and name files of the same texts.
fn has_same_inputs(old: &Workspace, before: &Document, new: &Workspace, after: &Document) -> bool {
    let (old_text, new_text) = (&old.sources.get(before.file).text, &new.sources.get(after.file).text);
    old_text.lines().eq(new_text.lines())
        && beside::named(&after.root).into_iter().all(|node| old.text_beside(node) == new.text_beside(node))
}

/// Line ends are the checkout's (`core.autocrlf`), not the spec's.
fn is_same(old: &Content, new: &Content) -> bool {
    match (old, new) {
        (Content::Text(old), Content::Text(new)) => old.lines().eq(new.lines()),
        _ => old == new,
    }
}

/// Whether a spec may have a key that names a file. A key can be spelled with escapes.
fn may_name_file(content: &Content) -> bool {
    let Content::Text(text) = content else { return true };
    text.contains('\\') || FILE_KEYS.iter().any(|file| text.contains(file.key))
}
