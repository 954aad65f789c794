//! The rules of CRDs (`x-kubernetes-validations`), evaluated as the API server evaluates them when an object is created.
//!
//! The facts are those of Kubernetes 1.36, `apiextensions-apiserver`, `pkg/apiserver/schema/cel/validation.go`, unless
//! said otherwise.

mod cost;
mod functions;
mod network;
mod quantity;
mod text;
mod time;
mod value;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cel::common::types::CelOptional;
use cel::common::value::Val;
use cel::{Context, Env, ExecutionError, Program, Value as Evaluated};
use serde_json::Value;

use self::cost::Cost;
use super::violation::{Problem, Violation};
use super::walk;
use crate::json;

/// What rules can call: CEL's standard library and what Kubernetes adds to it.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(functions::environment()));

/// `messageExpression` may not say more: `MaxEvaluatedMessageExpressionSizeBytes`.
const LONGEST_MESSAGE: usize = 5 * 1024;

/// Who can judge a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judge {
    /// raygen.
    Here,
    /// The cluster alone: the rule compares with the object as it was before.
    OnUpdate,
    /// The cluster alone: raygen does not know this function, or the expression is too deep for it.
    Elsewhere(String),
}

/// Who can judge one entry of `x-kubernetes-validations`; an error says why it is none.
pub fn judge(rule: &Value) -> Result<Judge, String> {
    let program = compile(rule["rule"].as_str().unwrap_or_default())?;
    if let Some(message) = rule["messageExpression"].as_str() {
        compile(message)?;
    }
    Ok(match program {
        Compiled::Elsewhere(why) => Judge::Elsewhere(why),
        Compiled::Here { cost, .. } if cost.compares_with_old && rule["optionalOldSelf"] != true => Judge::OnUpdate,
        Compiled::Here { .. } => Judge::Here,
    })
}

enum Compiled {
    Here { program: Program, cost: Cost },
    Elsewhere(String),
}

fn compile(text: &str) -> Result<Compiled, String> {
    if text.trim().is_empty() {
        return Err("the expression is empty".to_owned());
    }
    if text.len() > cost::LONGEST {
        return Ok(Compiled::Elsewhere(format!("more than {} bytes", cost::LONGEST)));
    }
    if cost::brackets(text) > cost::MOST_BRACKETS {
        return Ok(Compiled::Elsewhere(format!("more than {} brackets within each other", cost::MOST_BRACKETS)));
    }
    let program = ENVIRONMENT.compile(text).map_err(|errors| {
        let first = errors.errors.first().map_or("it cannot be parsed", |error| error.msg.as_str());
        format!("this is no CEL: {}", first.split(" expecting {").next().unwrap_or_default())
    })?;
    Ok(match Cost::of(program.expression()) {
        Ok(cost) => Compiled::Here { program, cost },
        Err(why) => Compiled::Elsewhere(why),
    })
}

/// The expressions of a schema, by their text.
pub(super) struct Rules(BTreeMap<String, Compiled>);

impl Rules {
    /// Compiles every rule of a schema file; `None` where there is none. An error is the pointer of the rule that is no
    /// CEL, and why.
    pub(super) fn of(schema: &Value) -> Result<Option<Self>, (String, String)> {
        let mut rules = BTreeMap::new();
        collect(schema, "", &mut rules)?;
        Ok((!rules.is_empty()).then_some(Self(rules)))
    }

    /// What an object breaks. `schema` is the file, and the object has the types that it asks for.
    pub(super) fn violations(&self, schema: &Value, object: &json::Value) -> Vec<Violation> {
        let object = value::with_defaults(schema, schema, object);
        let mut found = Vec::new();
        self.visit(schema, schema, &object, "", &mut found);
        found
    }

    fn visit(&self, root: &Value, schema: &Value, value: &json::Value, at: &str, found: &mut Vec<Violation>) {
        // A value that may be null and is null has no rules to keep.
        if value.is_null() {
            return;
        }
        let schema = walk::resolve(root, schema);
        match value {
            json::Value::Object(fields) => {
                for (name, value) in fields {
                    if let Some(described) = walk::field(root, schema, name) {
                        self.visit(root, described, value, &walk::join(at, name), found);
                    }
                }
            }
            json::Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(described) = schema.get("items") {
                        self.visit(root, described, item, &format!("{at}/{index}"), found);
                    }
                }
            }
            _ => {}
        }
        if let Some(Value::Array(rules)) = schema.get(RULES) {
            let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
            context.add_variable_as_val("self", value::converted(root, schema, value, at.is_empty()));
            // There is no object before the first.
            let none: Box<dyn Val> = Box::new(CelOptional::none());
            context.add_variable_as_val("oldSelf", none);
            found.extend(rules.iter().filter_map(|rule| self.broken(rule, value, at, &context)));
        }
    }

    fn broken(&self, rule: &Value, value: &json::Value, at: &str, context: &Context<'_, '_>) -> Option<Violation> {
        let text = rule["rule"].as_str()?;
        let Compiled::Here { program, cost } = self.0.get(text)? else { return None };
        if cost.compares_with_old && rule["optionalOldSelf"] != true || !cost.is_bearable(value) {
            return None;
        }
        let said = rule["message"].as_str().map(str::trim).filter(|message| !message.is_empty());
        let message = match program.execute(context) {
            Ok(Evaluated::Bool(false)) => self
                .message(rule, value, context)
                .unwrap_or_else(|| said.map_or_else(|| format!("failed rule: {}", text.trim()), str::to_owned)),
            Ok(_) => return None,
            Err(error) => format!("{} evaluating rule: {}", failure(&error)?, said.unwrap_or(text.trim())),
        };
        let path = match rule["fieldPath"].as_str() {
            Some(field) => [at, &pointer(field)].concat(),
            None => at.to_owned(),
        };
        Some(Violation { path, problem: Problem::Other { message } })
    }

    /// What the `messageExpression` says, if it is fit to print.
    fn message(&self, rule: &Value, value: &json::Value, context: &Context<'_, '_>) -> Option<String> {
        let Compiled::Here { program, cost } = self.0.get(rule["messageExpression"].as_str()?)? else { return None };
        let said = cost.is_bearable(value).then(|| program.execute(context).ok())??;
        let Evaluated::String(said) = said else { return None };
        let said = said.trim();
        (!said.is_empty() && said.len() <= LONGEST_MESSAGE && !said.contains('\n')).then(|| said.to_owned())
    }
}

/// The keyword that holds a schema's rules.
pub(super) const RULES: &str = "x-kubernetes-validations";

fn collect(schema: &Value, at: &str, found: &mut BTreeMap<String, Compiled>) -> Result<(), (String, String)> {
    let Value::Object(keywords) = schema else { return Ok(()) };
    for (keyword, value) in keywords {
        let at = walk::join(at, keyword);
        match (keyword.as_str(), value) {
            (RULES, Value::Array(rules)) => {
                for (index, rule) in rules.iter().enumerate() {
                    for key in ["rule", "messageExpression"] {
                        if let Some(text) = rule[key].as_str().filter(|text| !found.contains_key(*text)) {
                            let compiled = compile(text).map_err(|why| (format!("{at}/{index}/{key}"), why))?;
                            found.insert(text.to_owned(), compiled);
                        }
                    }
                }
            }
            ("properties" | "$defs", Value::Object(children)) => {
                for (name, child) in children {
                    collect(child, &walk::join(&at, name), found)?;
                }
            }
            ("items" | "additionalProperties", child) => collect(child, &at, found)?,
            _ => {}
        }
    }
    Ok(())
}

/// What cel-go says when a rule fails to evaluate, which the server takes for a broken rule; `None` for what raygen's
/// evaluator may fail at and the server's does not.
fn failure(error: &ExecutionError) -> Option<String> {
    Some(match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::IndexOutOfBounds(Evaluated::Int(index)) => format!("index out of bounds: {index}"),
        ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
        ExecutionError::RemainderByZero(_) => "modulus by zero".to_owned(),
        ExecutionError::Overflow(..) => "integer overflow".to_owned(),
        ExecutionError::FunctionError { message, .. } => message.clone(),
        _ => return None,
    })
}

/// The JSON pointer of a `fieldPath`: `.spec.labels['a.b']`.
fn pointer(field: &str) -> String {
    let mut pointer = String::new();
    let mut rest = field;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("['") {
            let (name, after) = quoted.split_once("']").unwrap_or((quoted, ""));
            pointer = walk::join(&pointer, &name.replace("\\'", "'"));
            rest = after;
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len()).max(1).min(name.len());
            pointer = walk::join(&pointer, &name[..end]);
            rest = &name[end..];
        }
    }
    pointer
}
