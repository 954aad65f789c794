//! Markdown, and words of shell commands.

use std::borrow::Cow;

/// A Markdown text that grows block by block.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.block(&format!("{} {text}", "#".repeat(level)));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.block(text);
    }

    pub(super) fn list(&mut self, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
        self.block(&items.join("\n"));
    }

    pub(super) fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        let row = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let header = format!("| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
        let lines: Vec<String> = std::iter::once(header).chain(rows.iter().map(|cells| row(cells))).collect();
        self.block(&lines.join("\n"));
    }

    /// Commands to paste into a shell, one a line.
    pub(super) fn commands<S: AsRef<str>>(&mut self, commands: &[S]) {
        let commands: Vec<&str> = commands.iter().map(AsRef::as_ref).collect();
        self.block(&format!("```sh\n{}\n```", commands.join("\n")));
    }

    fn block(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A word of a shell command: quoted where a shell would read more than the text itself.
pub(super) fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

/// Free text of a spec on one line.
pub(super) fn line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// "`a`, `b` and `c`".
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let Some(last) = names.pop() else { return String::new() };
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_or_expand_them() {
        assert_eq!(word("vision-train"), "vision-train");
        assert_eq!(word("a b"), "'a b'");
        assert_eq!(word("$(x)"), "'$(x)'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn names_are_listed_as_people_list_them() {
        assert_eq!(listed([]), "");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
