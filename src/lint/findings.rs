//! What a rule finds.

use super::{Object, Pod, RayCluster, Rule};
use crate::diagnostic::Diagnostic;
use crate::manifest::Manifest;
use crate::resolve::{SpecPath, Team};
use crate::source::Span;

/// Collects one rule's diagnostics.
#[derive(Debug)]
pub struct Findings<'a> {
    rule: &'static Rule,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(rule: &'static Rule, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self { rule, diagnostics }
    }

    /// Reports at the part of an object. The diagnostic can be added to: labels, help, a fix.
    pub fn object(&mut self, object: &Object<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(object.span(pointer), message)
    }

    /// Reports at a part of a Ray cluster; the pointer is below its spec.
    pub fn cluster(&mut self, cluster: &RayCluster<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(cluster.object.span(&cluster.at(pointer)), message)
    }

    /// Reports at a part of a pod template; the pointer is below the template.
    pub fn pod(&mut self, pod: &Pod<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(pod.object.span(&pod.at(pointer)), message)
    }

    /// Reports at a value of a team's spec.
    pub fn team(&mut self, team: &Team, path: &SpecPath, message: impl Into<String>) -> &mut Diagnostic {
        self.report(team.values.span(path), message)
    }

    /// Reports at the team's own line that made a part of an object, and shows where the value stands if that is
    /// elsewhere: in a default or a profile.
    pub fn own(&mut self, manifest: &Manifest, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        let path = manifest.place(pointer);
        let (own, set) = (manifest.values.own_span(&path), manifest.values.span(&path));
        let diagnostic = self.report(own, message);
        if set.file != own.file {
            diagnostic.add_label(set, "set here");
        }
        diagnostic
    }

    /// Reports at a place.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let mut diagnostic = Diagnostic::error(self.rule.name, span, message);
        diagnostic.severity = self.rule.severity;
        self.diagnostics.push(diagnostic);
        self.diagnostics.last_mut().expect("one was just pushed")
    }
}
