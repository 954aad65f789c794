//! What is wrong with a spec: data with places, rendered by [`crate::report`].

use crate::source::Span;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The cluster rejects it, it never schedules, it loses work or it opens remote code execution. Nothing is written.
    Error,
    /// It costs money or surprises.
    Warning,
}

/// A second place that explains the first, such as the platform line that set a limit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands there, lower case, no full stop.
    pub text: String,
}

/// One problem, found at one place.
///
/// The message stands alone: lower case, no full stop, names in backticks, with the numbers of *this* spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name: a defect that reads well after "allow".
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The headline.
    pub message: String,
    /// Where the problem is; `None` for the workspace as a whole.
    pub span: Option<Span>,
    /// Text under the primary span, if the headline does not say it all.
    pub note: Option<String>,
    /// Further places.
    pub labels: Vec<Label>,
    /// The edit to make, one sentence each.
    pub help: Vec<String>,
    /// The same edit in a form that `lint --fix` can apply.
    pub fix: Option<Fix>,
}

/// An edit of the team's file, by the path of the value. It applies only where the value stands in a team's file, or
/// where there is none yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Sets the value at these keys; tables on the way are made. The value is TOML.
    Set {
        /// The team whose file it is.
        team: String,
        /// Keys.
        keys: Vec<String>,
        /// A value in TOML's syntax, such as `"5m"` or `["spot", "on-demand"]`.
        value: String,
    },
    /// Takes out the value at these keys.
    Remove {
        /// The team whose file it is.
        team: String,
        /// Keys.
        keys: Vec<String>,
    },
    /// Renames the last of these keys.
    Rename {
        /// The file's path, such as `teams/vision.toml`.
        file: String,
        /// Keys.
        keys: Vec<String>,
        /// The new name.
        to: String,
    },
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(rule: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, Some(span), message.into())
    }

    /// A warning at `span`.
    pub fn warning(rule: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, Some(span), message.into())
    }

    /// An error of the workspace as a whole, such as a missing file.
    pub fn workspace(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, None, message.into())
    }

    fn new(rule: &'static str, severity: Severity, span: Option<Span>, message: String) -> Self {
        Self { rule, severity, message, span, note: None, labels: Vec::new(), help: Vec::new(), fix: None }
    }

    /// Adds the text that stands under the primary span.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds the edit to make.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// [`Self::note`] for a diagnostic that was reported already.
    pub fn add_note(&mut self, text: impl Into<String>) -> &mut Self {
        self.note = Some(text.into());
        self
    }

    /// [`Self::label`] for a diagnostic that was reported already.
    pub fn add_label(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// [`Self::help`] for a diagnostic that was reported already.
    pub fn add_help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help.push(text.into());
        self
    }

    /// Adds an edit of the spec that mends the problem.
    pub fn add_fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }
}

/// Sorts by place and drops what is said twice, as when one line is wrong in every environment.
pub fn sort_and_deduplicate(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span, a.rule, &a.message, &a.labels).cmp(&(b.span, b.rule, &b.message, &b.labels)));
    diagnostics.dedup_by(|a, b| a.span == b.span && a.rule == b.rule && a.message == b.message);
}

/// The candidate closest to `name`, if any is close enough to be a slip of the finger.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let distance = |candidate: &'a str| {
        let letters = candidate.chars().count();
        let most = letters.max(3) / 3;
        // No edit changes the length by more than one: among a thousand instance types few are worth a look.
        (letters.abs_diff(length) <= most)
            .then(|| strsim::damerau_levenshtein(name, candidate))
            .filter(|distance| *distance <= most)
            .map(|distance| (distance, candidate))
    };
    candidates.into_iter().filter_map(distance).min().map(|(_, candidate)| candidate)
}
