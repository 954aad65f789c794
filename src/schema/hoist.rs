//! Moves repeated sub-schemas into `$defs`, so that files stay small and validators compile each only once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A reference costs some thirty bytes; below this many, repeating is shorter and reads better.
const WORTHWHILE: usize = 90;

/// Rewrites a schema whose object keys are sorted.
pub(super) fn hoist(schema: &Value) -> Value {
    let mut counts = BTreeMap::new();
    count(schema, &mut counts);
    let repeated = counts.into_iter().filter(|&(_, times)| times > 1).map(|(text, _)| text).collect::<BTreeSet<_>>();
    let mut definitions = Definitions { repeated, ..Definitions::default() };
    let mut hoisted = definitions.rewrite_children(schema, "root");
    if !definitions.bodies.is_empty() {
        hoisted["$defs"] = definitions.bodies.into_iter().collect::<Map<_, _>>().into();
    }
    hoisted
}

#[derive(Default)]
struct Definitions {
    repeated: BTreeSet<String>,
    names: BTreeMap<String, String>,
    bodies: BTreeMap<String, Value>,
}

impl Definitions {
    fn rewrite(&mut self, schema: &Value, name: &str) -> Value {
        let text = schema.to_string();
        if !self.repeated.contains(&text) {
            return self.rewrite_children(schema, name);
        }
        if let Some(name) = self.names.get(&text) {
            return reference(name);
        }
        let name = self.unused(name);
        self.names.insert(text, name.clone());
        self.bodies.insert(name.clone(), Value::Null);
        let body = self.rewrite_children(schema, &name);
        self.bodies.insert(name.clone(), body);
        reference(&name)
    }

    fn rewrite_children(&mut self, schema: &Value, name: &str) -> Value {
        let Value::Object(keywords) = schema else { return schema.clone() };
        let rewritten = keywords.iter().map(|(keyword, value)| {
            let value = match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    properties.iter().map(|(key, value)| (key.clone(), self.rewrite(value, key))).collect()
                }
                ("items" | "additionalProperties", Value::Object(_)) => self.rewrite(value, &format!("{name}Item")),
                _ => value.clone(),
            };
            (keyword.clone(), value)
        });
        rewritten.collect::<Map<_, _>>().into()
    }

    fn unused(&self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        std::iter::once(name.to_owned())
            .chain(numbered)
            .find(|name| !self.bodies.contains_key(name))
            .expect("numbers do not run out")
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// Counts how often each sub-schema stands in the text, not counting again inside one already seen: what
/// repeats only because its parent does moves along with the parent.
fn count(schema: &Value, counts: &mut BTreeMap<String, usize>) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords {
        let children: Vec<&Value> = match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => properties.values().collect(),
            ("items" | "additionalProperties", Value::Object(_)) => vec![value],
            _ => continue,
        };
        for child in children {
            let text = child.to_string();
            if text.len() >= WORTHWHILE {
                let times = counts.entry(text).or_default();
                *times += 1;
                if *times > 1 {
                    continue;
                }
            }
            count(child, counts);
        }
    }
}
