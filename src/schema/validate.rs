//! Validates manifests against the schemas of the releases an environment runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use jsonschema::PatternOptions;
use rayon::prelude::*;
use serde_json::Value;

use super::catalog::{CATALOG, Embedded, Releases};
use super::cel::{RULES, Rules};
use super::judge::{Judge, Options};
use super::narrow::{self, Names};
use super::own::{OwnSchema, OwnSchemas};
use super::translate::Translation;
use super::violation::{Problem, Violation};
use super::{keywords, walk};
use crate::json::{self, Representation};

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

/// What was compiled for the objects of one run, by position in [`CATALOG`]: of each schema no more than they use.
#[derive(Default)]
pub struct Prepared(BTreeMap<usize, Compiled>);

/// Of more objects than this one kind's schema is compiled whole: that takes no longer than to look for what they use.
const FEW: usize = 32;

/// What was compiled of a schema's parts.
pub(super) type Fragments = [OnceLock<Compiled>; Fragment::COUNT];

/// A schema that is ready to judge.
pub(super) struct Compiled {
    schema: Value,
    /// The whole schema, where `schema` is narrower.
    whole: Option<Whole>,
    judge: Judge,
    /// The rules of a CRD; embedded schemas restate them instead.
    rules: Option<Rules>,
}

/// An embedded schema that is read when something is wrong.
struct Whole {
    embedded: &'static Embedded,
    schema: OnceLock<Value>,
}

impl Whole {
    fn schema(&self) -> &Value {
        self.schema.get_or_init(|| read(self.embedded))
    }
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

    /// Compiles, in parallel, what these objects are validated against; each comes with the validators of its environment.
    pub fn prepare<'a>(objects: impl IntoIterator<Item = (&'a Self, &'a json::Value)>) -> Prepared {
        let mut own: BTreeMap<(&str, &str), &OwnSchema> = BTreeMap::new();
        let mut embedded: BTreeMap<usize, Vec<&json::Value>> = BTreeMap::new();
        for (validators, object) in objects {
            let Some((api_version, kind)) = identity(object) else { continue };
            if let Some(schema) = validators.own.get(api_version, kind) {
                own.insert((api_version, kind), schema);
            } else if let Some(index) = validators.releases.choose(api_version, kind) {
                embedded.entry(index).or_default().push(object);
            }
        }
        let narrowed = |(index, objects): (usize, Vec<&json::Value>)| {
            if objects.len() > FEW {
                compiled(index);
                return None;
            }
            let names = objects.into_iter().fold(Names::new(), |mut names, object| {
                narrow::add_names(object, &mut names);
                names
            });
            Some((index, Compiled::narrowed(&CATALOG[index], &names)))
        };
        let ((), narrowed) = rayon::join(
            || {
                own.into_par_iter().for_each(|(_, schema)| {
                    schema.compiled();
                });
            },
            || embedded.into_par_iter().filter_map(narrowed).collect(),
        );
        Prepared(narrowed)
    }

    /// What is wrong with an object, sorted by path; `None` if there is no schema of its kind, or none that is sound.
    pub fn validate(&self, object: &json::Value) -> Option<Vec<Violation>> {
        self.validate_prepared(&Prepared::default(), object)
    }

    /// The same for one of the objects that all was prepared for.
    pub fn validate_prepared(&self, prepared: &Prepared, object: &json::Value) -> Option<Vec<Violation>> {
        let (api_version, kind) = identity(object)?;
        if let Some(own) = self.own.get(api_version, kind) {
            return Some(own.compiled()?.violations(object, None));
        }
        let index = self.releases.choose(api_version, kind)?;
        let compiled = prepared.0.get(&index).unwrap_or_else(|| compiled(index));
        Some(compiled.violations(object, Some(&CATALOG[index])))
    }

    /// What is wrong with a part of a pod. Absent fields and rules across fields are not: the rest is still to come.
    pub fn validate_partial(&self, fragment: Fragment, value: &json::Value) -> Vec<Violation> {
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
            Compiled::embedded(part)
        });
        compiled.violations(value, None)
    }
}

fn compiled(index: usize) -> &'static Compiled {
    KINDS[index].whole.get_or_init(|| Compiled::embedded(read(&CATALOG[index])))
}

/// API version and kind of an object that has both.
fn identity(object: &json::Value) -> Option<(&str, &str)> {
    Some((object["apiVersion"].as_str()?, object["kind"].as_str()?))
}

pub(super) fn read(embedded: &Embedded) -> Value {
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
        let judge = Judge::checked(options, &schema).map_err(|error| Unsound {
            at: error.instance_path().as_str().to_owned(),
            message: format!("this is no schema: {}", error.masked_with("the value")),
        })?;
        let rules = Rules::of(&schema).map_err(|(at, message)| Unsound { at, message })?;
        Ok(Self { schema, whole: None, judge, rules })
    }

    /// An embedded schema, or a part of one.
    fn embedded(schema: Value) -> Self {
        let judge = Judge::trusting(options, &schema);
        Self { schema, whole: None, judge, rules: None }
    }

    /// An embedded schema for objects that have no fields but these. What is said of them still comes from the whole, in
    /// which everything has the same place.
    fn narrowed(embedded: &'static Embedded, names: &Names<'_>) -> Self {
        let schema = narrow::read(embedded.text, names).expect("an embedded schema is JSON, as the tests check");
        Self { whole: Some(Whole { embedded, schema: OnceLock::new() }), ..Self::embedded(schema) }
    }

    fn violations(&self, instance: &json::Value, embedded: Option<&Embedded>) -> Vec<Violation> {
        let pruned = walk::without_nulls(&self.schema, &self.schema, instance);
        let instance = pruned.as_ref().unwrap_or(instance);
        let mut found = Vec::new();
        let errors = self.judge.errors(&self.schema, instance);
        if !errors.is_empty() {
            let schema = self.whole.as_ref().map_or(&self.schema, Whole::schema);
            let translation = Translation { schema, embedded };
            for error in &errors {
                translation.violations(error, &mut found);
            }
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

fn options() -> Options<'static> {
    let options = jsonschema::options_for::<Representation>().with_draft(jsonschema::Draft::Draft202012);
    keywords::register(options.with_pattern_options(PatternOptions::regex()))
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

#[cfg(test)]
mod tests {
    use super::super::catalog::CATALOG;
    use super::{Compiled, Fragment, read};

    #[test]
    fn embedded_schemas_are_sound() {
        for embedded in CATALOG {
            assert_eq!(Compiled::new(read(embedded)).err(), None, "{}", embedded.path);
        }
        let ray_clusters =
            CATALOG.iter().filter(|embedded| (embedded.api_version, embedded.kind) == ("ray.io/v1", "RayCluster"));
        for schema in ray_clusters.map(read) {
            for fragment in
                [Fragment::PodSpec, Fragment::Container, Fragment::Affinity, Fragment::Probe, Fragment::Projected]
            {
                let part = fragment.of(&schema).unwrap();
                assert_eq!(Compiled::new(part).err(), None, "{fragment:?}");
            }
        }
    }
}
