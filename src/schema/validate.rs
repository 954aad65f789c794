//! Validates manifests against the schemas of the releases an environment runs.

use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use rayon::prelude::*;
use serde_json::Value;

use super::catalog::{CATALOG, Embedded, Releases, of_kind};
use super::cel::{RULES, Rules};
use super::own::OwnSchemas;
use super::violation::{Introduced, Problem, Violation};
use super::{keywords, walk};
use crate::diagnostic::did_you_mean;

/// A part of a pod that a spec may give, without what is required of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// Fields of a pod's `spec`.
    PodSpec,
    /// Fields of one container.
    Container,
    /// Fields of an affinity.
    Affinity,
    /// Fields of a probe.
    Probe,
    /// Fields of a projected volume.
    Projected,
}

impl Fragment {
    /// How many there are.
    const COUNT: usize = 5;

    /// Where such a part stands below a pod's `spec`.
    fn pointer(self) -> &'static str {
        match self {
            Self::PodSpec => "",
            Self::Container => "/containers/0",
            Self::Affinity => "/affinity",
            Self::Probe => "/containers/0/livenessProbe",
            Self::Projected => "/volumes/0/projected",
        }
    }

    /// The schema of such a part, by that of a RayCluster.
    fn of(self, schema: &Value) -> Option<Value> {
        let pointer = format!("/spec/headGroupSpec/template/spec{}", self.pointer());
        let mut part = walk::resolve(schema, walk::descend(schema, &pointer)?).clone();
        if let Some(definitions) = schema.get("$defs") {
            part["$defs"] = definitions.clone();
        }
        relax(&mut part);
        Some(part)
    }
}

/// Validators for the kinds of one environment: cheap to create, compiled when first used.
#[derive(Clone, Debug)]
pub struct Validators {
    releases: Releases,
    own: OwnSchemas,
}

/// What was compiled, by position in [`CATALOG`]: an embedded schema never changes, so environments share it.
static KINDS: LazyLock<Vec<Slots>> = LazyLock::new(|| CATALOG.iter().map(|_| Slots::default()).collect());

/// A schema and, of RayClusters, the parts that specs may give.
#[derive(Default)]
struct Slots {
    whole: OnceLock<Compiled>,
    fragments: Fragments,
}

/// What was compiled of a schema's parts.
pub(super) type Fragments = [OnceLock<Compiled>; Fragment::COUNT];

/// A schema that is ready to judge.
pub(super) struct Compiled {
    schema: Value,
    validator: Validator,
    /// The rules of a CRD; embedded schemas restate them instead.
    rules: Option<Rules>,
}

impl Validators {
    /// Nothing is read or compiled yet.
    pub fn new(releases: &Releases) -> Self {
        Self { releases: releases.clone(), own: OwnSchemas::default() }
    }

    /// Lets the schemas of the user's own clusters win over the embedded ones, for their API versions and kinds.
    #[must_use]
    pub fn with_own(mut self, own: &OwnSchemas) -> Self {
        self.own = own.clone();
        self
    }

    /// Whether there is a schema of the kind.
    pub fn knows(&self, api_version: &str, kind: &str) -> bool {
        self.own.get(api_version, kind).is_some() || self.releases.choose(api_version, kind).is_some()
    }

    /// Compiles several kinds in parallel, given as API version and kind; unknown ones are passed over.
    pub fn compile(&self, kinds: &[(&str, &str)]) {
        kinds.par_iter().filter_map(|(api_version, kind)| self.own.get(api_version, kind)).for_each(|own| {
            own.compiled();
        });
        let embedded = kinds.iter().filter(|(api_version, kind)| self.own.get(api_version, kind).is_none());
        let indices = embedded.filter_map(|(api_version, kind)| self.releases.choose(api_version, kind));
        indices.collect::<BTreeSet<_>>().into_par_iter().for_each(|index| {
            compiled(index);
        });
    }

    /// What is wrong with an object, sorted by path; `None` if there is no schema of its kind, or none that is sound.
    pub fn validate(&self, object: &Value) -> Option<Vec<Violation>> {
        let (api_version, kind) = (object["apiVersion"].as_str()?, object["kind"].as_str()?);
        if let Some(own) = self.own.get(api_version, kind) {
            return Some(own.compiled()?.violations(object, None));
        }
        let index = self.releases.choose(api_version, kind)?;
        Some(compiled(index).violations(object, Some(&CATALOG[index])))
    }

    /// What is wrong with a part of a pod. Absent fields and rules across fields are not: the rest is still to come.
    pub fn validate_partial(&self, fragment: Fragment, value: &Value) -> Vec<Violation> {
        const RAY_CLUSTER: (&str, &str) = ("ray.io/v1", "RayCluster");
        if let Some(own) = self.own.get(RAY_CLUSTER.0, RAY_CLUSTER.1) {
            let part = own.compiled().and_then(|_| fragment.of(&own.schema));
            let compile = |part| Compiled::new(part).expect("a part of a schema that compiles does too");
            let compiled = part.map(|part| own.fragments[fragment as usize].get_or_init(|| compile(part)));
            return compiled.map(|compiled| compiled.violations(value, None)).unwrap_or_default();
        }
        let index = self.releases.choose(RAY_CLUSTER.0, RAY_CLUSTER.1).expect("the catalog has RayCluster");
        let compiled = KINDS[index].fragments[fragment as usize].get_or_init(|| {
            let part = fragment.of(&read(&CATALOG[index])).expect("a head's pod has every part");
            Compiled::new(part).expect("an embedded schema compiles, as the tests check")
        });
        compiled.violations(value, None)
    }
}

fn compiled(index: usize) -> &'static Compiled {
    KINDS[index]
        .whole
        .get_or_init(|| Compiled::new(read(&CATALOG[index])).expect("an embedded schema compiles, as the tests check"))
}

fn read(embedded: &Embedded) -> Value {
    serde_json::from_str(embedded.text).expect("an embedded schema is JSON, as the tests check")
}

/// Drops everything that a part of an object cannot fulfil: required fields, and rules across fields.
fn relax(schema: &mut Value) {
    let Value::Object(keywords) = schema else { return };
    for keyword in ["required", "allOf", "minItems", "minProperties", RULES] {
        keywords.remove(keyword);
    }
    for (keyword, value) in keywords.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(children)) => {
                children.values_mut().for_each(relax);
            }
            ("items" | "additionalProperties", child) => relax(child),
            _ => {}
        }
    }
}

/// Why a schema file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    /// JSON pointer into the file.
    pub at: String,
    /// Lower case, no full stop.
    pub message: String,
}

impl Compiled {
    pub(super) fn new(schema: Value) -> Result<Self, Unsound> {
        let options = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex());
        let validator = keywords::register(options).build(&schema).map_err(|error| Unsound {
            at: error.instance_path().as_str().to_owned(),
            message: format!("this is no schema: {}", error.masked_with("the value")),
        })?;
        let rules = Rules::of(&schema).map_err(|(at, message)| Unsound { at, message })?;
        Ok(Self { schema, validator, rules })
    }

    fn violations(&self, instance: &Value, embedded: Option<&Embedded>) -> Vec<Violation> {
        let pruned = walk::without_nulls(&self.schema, &self.schema, instance);
        let instance = pruned.as_ref().unwrap_or(instance);
        let mut found = Vec::new();
        if !self.validator.is_valid(instance) {
            let translation = Translation { schema: &self.schema, embedded };
            self.validator.iter_errors(instance).for_each(|error| translation.violations(&error, &mut found));
            drop_consequences(&mut found);
        }
        walk::duplicates(&self.schema, &self.schema, instance, walk::At::Root, &mut found);
        if let Some(rules) = self.rules.as_ref().filter(|_| !found.iter().any(blocks_rules)) {
            found.extend(rules.violations(&self.schema, instance));
        }
        found.sort_by_cached_key(|violation| (violation.path.clone(), violation.problem.message()));
        found
    }
}

/// What the API server wants mended before it evaluates rules: `apiextensions-apiserver`, `hasBlockingErr`.
fn blocks_rules(violation: &Violation) -> bool {
    match &violation.problem {
        Problem::Missing { .. } | Problem::Type { .. } | Problem::Enum { .. } => true,
        Problem::Bound { unit, relation, .. } => !unit.is_empty() && *relation == "at most",
        _ => false,
    }
}

/// A value of the wrong type fails its pattern, enumeration and rules too; the type is what to mend. The same
/// sentence is said once.
fn drop_consequences(found: &mut Vec<Violation>) {
    let mistyped = found
        .iter()
        .filter(|violation| matches!(violation.problem, Problem::Type { .. }))
        .map(|violation| violation.path.clone())
        .collect::<BTreeSet<_>>();
    let mut seen = BTreeSet::new();
    found.retain(|violation| {
        let consequence = mistyped.contains(&violation.path) && !matches!(violation.problem, Problem::Type { .. });
        !consequence && seen.insert((violation.path.clone(), violation.problem.message()))
    });
}

/// Turns jsonschema's errors into ours.
struct Translation<'a> {
    schema: &'a Value,
    embedded: Option<&'a Embedded>,
}

impl Translation<'_> {
    fn violations(&self, error: &ValidationError<'_>, found: &mut Vec<Violation>) {
        let mut path = error.instance_path().as_str().to_owned();
        let mut error = error;
        let restated = self.restated(error.schema_path().as_str());
        while let ValidationErrorKind::PropertyNames { error: inner } = error.kind() {
            path = walk::join(&path, inner.instance().as_str().unwrap_or_default());
            error = inner;
        }
        if let Some(message) = restated {
            found.push(Violation { path, problem: Problem::Other { message } });
            return;
        }
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            found.extend(unexpected.iter().map(|field| self.unknown_field(error, &path, field)));
            return;
        }
        let problem = self.problem(error, &path);
        found.push(Violation { path, problem });
    }

    /// The sentence of the restated rule that a schema path lies in: the entry of an `allOf` with a title.
    fn restated(&self, schema_path: &str) -> Option<String> {
        let ends = schema_path.match_indices("/allOf/").map(|(start, keyword)| {
            let index = start + keyword.len();
            schema_path[index..].find('/').map_or(schema_path.len(), |length| index + length)
        });
        ends.filter_map(|end| self.schema.pointer(&schema_path[..end])?["title"].as_str()).map(str::to_owned).next()
    }

    fn unknown_field(&self, error: &ValidationError<'_>, path: &str, field: &str) -> Violation {
        let schema_path = error.schema_path().as_str();
        let parent = schema_path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let known = self.schema.pointer(parent).and_then(|parent| parent["properties"].as_object());
        let known = known.into_iter().flat_map(|known| known.keys()).map(String::as_str);
        let suggestion = did_you_mean(field, known).map(str::to_owned);
        let since = self.first_newer(|newer| {
            let parent = walk::descend(newer, path)?;
            walk::field(newer, parent, field).map(|_| ())
        });
        let path = walk::join(path, field);
        Violation { path, problem: Problem::UnknownField { field: field.to_owned(), suggestion, since } }
    }

    fn problem(&self, error: &ValidationError<'_>, path: &str) -> Problem {
        let found = error.instance().as_ref();
        let keyword = || self.schema.pointer(error.schema_path().as_str()).cloned().unwrap_or_default();
        let bound = |unit, relation, limit: &dyn ToString, found: usize| Problem::Bound {
            unit,
            relation,
            limit: limit.to_string(),
            found: found.to_string(),
        };
        let range = |relation, limit: &Value| Problem::Bound {
            unit: "",
            relation,
            limit: limit.to_string(),
            found: found.to_string(),
        };
        let characters = || found.as_str().map_or(0, |text| text.chars().count());
        let items = || found.as_array().map_or(0, Vec::len);
        let fields = || found.as_object().map_or(0, serde_json::Map::len);
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                Problem::Missing { field: property.as_str().unwrap_or_default().to_owned() }
            }
            ValidationErrorKind::Type { .. } => {
                let expected = match keyword() {
                    Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    Value::String(name) => vec![name],
                    _ => Vec::new(),
                };
                Problem::Type { expected, found: found.clone() }
            }
            ValidationErrorKind::Enum { options } => {
                let allowed = options.as_array().cloned().unwrap_or_default();
                let since = self.first_newer(|newer| {
                    let schema = walk::resolve(newer, walk::descend(newer, path)?);
                    schema.get("enum")?.as_array()?.contains(found).then_some(())
                });
                Problem::Enum { allowed, found: found.clone(), since }
            }
            ValidationErrorKind::Constant { expected_value } => {
                Problem::Enum { allowed: vec![(**expected_value).clone()], found: found.clone(), since: None }
            }
            ValidationErrorKind::Pattern { pattern } => {
                Problem::Pattern { pattern: pattern.clone(), found: found.as_str().unwrap_or_default().to_owned() }
            }
            ValidationErrorKind::Minimum { limit } => range("at least", limit),
            ValidationErrorKind::Maximum { limit } => range("at most", limit),
            ValidationErrorKind::ExclusiveMinimum { limit } => range("greater than", limit),
            ValidationErrorKind::ExclusiveMaximum { limit } => range("less than", limit),
            ValidationErrorKind::MinLength { limit } => bound("characters", "at least", limit, characters()),
            ValidationErrorKind::MaxLength { limit } => bound("characters", "at most", limit, characters()),
            ValidationErrorKind::MinItems { limit } => bound("items", "at least", limit, items()),
            ValidationErrorKind::MaxItems { limit } => bound("items", "at most", limit, items()),
            ValidationErrorKind::MinProperties { limit } => bound("fields", "at least", limit, fields()),
            ValidationErrorKind::MaxProperties { limit } => bound("fields", "at most", limit, fields()),
            _ => Problem::Other { message: error.masked_with("the value").to_string() },
        }
    }

    /// The first release after the chosen one whose schema of the same kind knows something.
    fn first_newer(&self, knows: impl Fn(&Value) -> Option<()>) -> Option<Introduced> {
        let chosen = self.embedded?;
        of_kind(chosen.api_version, chosen.kind)
            .map(|(_, newer)| newer)
            .filter(|newer| newer.version() > chosen.version())
            .find(|newer| knows(&read(newer)).is_some())
            .map(|newer| Introduced { project: newer.project.name(), release: newer.release })
    }
}
