//! Applies fixes to TOML texts, keeping comments and layout.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use toml_edit::{DocumentMut, Item, Table, Value};

use crate::diagnostic::{Diagnostic, Fix};

/// The texts that fixes changed, by path such as `teams/vision.toml`, and what was done.
#[derive(Debug, Default)]
pub struct Fixed {
    /// New texts.
    pub texts: BTreeMap<String, String>,
    /// One line per fix: the rule, and what it did.
    pub done: Vec<String>,
}

/// Applies every fix. Two fixes for one value: the first counts, and the next run sees what is left.
pub fn apply<'a>(diagnostics: &[Diagnostic], mut text_of: impl FnMut(&str) -> Option<&'a str>) -> Result<Fixed> {
    let mut fixed = Fixed::default();
    let mut touched: Vec<(String, Vec<String>)> = Vec::new();
    for (diagnostic, fix) in diagnostics.iter().filter_map(|diagnostic| Some((diagnostic, diagnostic.fix.as_ref()?))) {
        let (path, keys) = target(fix);
        if touched.iter().any(|(file, done)| *file == path && (done.starts_with(keys) || keys.starts_with(done))) {
            continue;
        }
        let current = fixed.texts.get(&path).map(String::as_str).or_else(|| text_of(&path));
        let Some(current) = current else { continue };
        let mut document: DocumentMut = current.parse().with_context(|| format!("read {path} for editing"))?;
        let Some(what) = edit(&mut document, fix)? else { continue };
        touched.push((path.clone(), keys.to_vec()));
        fixed.texts.insert(path.clone(), document.to_string());
        fixed.done.push(format!("{path}: {what} ({})", diagnostic.rule));
    }
    Ok(fixed)
}

fn target(fix: &Fix) -> (String, &[String]) {
    match fix {
        Fix::Set { team, keys, .. } | Fix::Remove { team, keys } => (format!("teams/{team}.toml"), keys),
        Fix::Rename { file, keys, .. } => (file.clone(), keys),
    }
}

/// Makes one edit and says what it was; `None` where the document no longer has what it is about.
fn edit(document: &mut DocumentMut, fix: &Fix) -> Result<Option<String>> {
    match fix {
        Fix::Set { keys, value, .. } => {
            let new: Value = value.parse().with_context(|| format!("the fix's value `{value}` is no TOML"))?;
            let (last, parents) = keys.split_last().context("a fix without a key")?;
            let table = descend(document.as_table_mut(), parents, true)?;
            let Some(table) = table else { return Ok(None) };
            match table.get_mut(last).and_then(Item::as_value_mut) {
                Some(old) => {
                    let decor = old.decor().clone();
                    *old = new;
                    *old.decor_mut() = decor;
                }
                None => {
                    table.insert(last, Item::Value(new));
                }
            }
            Ok(Some(format!("set `{}` to `{value}`", keys.join("."))))
        }
        Fix::Remove { keys, .. } => {
            let (last, parents) = keys.split_last().context("a fix without a key")?;
            let table = descend(document.as_table_mut(), parents, false)?;
            let removed = table.and_then(|table| table.remove(last)).is_some();
            Ok(removed.then(|| format!("took out `{}`", keys.join("."))))
        }
        Fix::Rename { keys, to, .. } => {
            let (last, parents) = keys.split_last().context("a fix without a key")?;
            let Some(table) = descend(document.as_table_mut(), parents, false)? else { return Ok(None) };
            if table.contains_key(to) {
                return Ok(None);
            }
            let Some(item) = table.remove(last) else { return Ok(None) };
            table.insert(to, item);
            Ok(Some(format!("renamed `{}` to `{to}`", keys.join("."))))
        }
    }
}

/// The table that the keys lead to, under headers or inline. Missing ones are made as headers, if wanted.
fn descend<'a>(root: &'a mut Table, keys: &[String], make: bool) -> Result<Option<&'a mut dyn toml_edit::TableLike>> {
    let mut table: &mut dyn toml_edit::TableLike = root;
    for key in keys {
        if !table.contains_key(key) {
            if !make {
                return Ok(None);
            }
            let mut new = Table::new();
            new.set_implicit(true);
            table.insert(key, Item::Table(new));
        }
        let item = table.get_mut(key).context("the key was just looked up")?;
        ensure!(item.is_table_like(), "`{key}` is no table");
        table = item.as_table_like_mut().context("it was just checked to be a table")?;
    }
    Ok(Some(table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn fixed(text: &str, fix: Fix) -> String {
        let mut diagnostic = Diagnostic::error("some-rule", Span::default(), "wrong");
        diagnostic.add_fix(fix);
        let fixed = apply(&[diagnostic], |path| (path == "teams/a.toml").then_some(text)).unwrap();
        fixed.texts.get("teams/a.toml").cloned().unwrap_or_default()
    }

    fn keys(path: &str) -> Vec<String> {
        path.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn a_value_changes_and_its_comment_stays() {
        let text = "# why\n[clusters.x.head]\ncpu = 1   # small\nmemory = \"8Gi\"\n";
        let fix = Fix::Set { team: "a".into(), keys: keys("clusters.x.head.cpu"), value: "2".into() };
        assert_eq!(fixed(text, fix), "# why\n[clusters.x.head]\ncpu = 2   # small\nmemory = \"8Gi\"\n");
    }

    #[test]
    fn a_missing_table_gets_a_header() {
        let fix = Fix::Set { team: "a".into(), keys: keys("clusters.x.head.cpu"), value: "2".into() };
        assert_eq!(
            fixed("[clusters.x]\nsuspend = true\n", fix),
            "[clusters.x]\nsuspend = true\n\n[clusters.x.head]\ncpu = 2\n"
        );
    }

    #[test]
    fn inline_tables_are_edited_in_place() {
        let text = "clusters.x.head = { cpu = 1, memory = \"8Gi\" }\n";
        let fix = Fix::Remove { team: "a".into(), keys: keys("clusters.x.head.cpu") };
        assert_eq!(fixed(text, fix), "clusters.x.head = { memory = \"8Gi\" }\n");
    }

    #[test]
    fn a_key_is_renamed_with_its_value() {
        let fix = Fix::Rename { file: "teams/a.toml".into(), keys: keys("onwer"), to: "owner".into() };
        assert_eq!(fixed("onwer = \"x\"\n", fix), "owner = \"x\"\n");
    }
}
