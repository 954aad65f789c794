//! What an expression may take at most, so that no rule hangs, and whether raygen knows all that it calls.

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::parser::Expression;

use crate::json::Value;

/// The longest expression that is compiled, in bytes.
pub(super) const LONGEST: usize = 8 << 10;
/// The most brackets within each other in an expression that is parsed: parsing recurs.
pub(super) const MOST_BRACKETS: usize = 40;
/// The deepest expression that is evaluated: evaluation recurs.
const DEEPEST: usize = 200;
/// The most steps that one rule may take: the cost that the API server grants all rules of an object
/// (`k8s.io/apiserver`, `pkg/apis/cel`, RuntimeCELCostBudget). A step takes about 100 ns.
const BUDGET: u64 = 10_000_000;

/// Functions beside the operators: those of CEL's standard library, its optional values, and Kubernetes' libraries.
const KNOWN: &str = "
    add asApproximateFloat asInteger bool bytes charAt cidr compareTo contains containsCIDR containsIP double
    duration dyn endsWith equivalent family find findAll format getDate getDayOfMonth getDayOfWeek getDayOfYear
    getEscapedPath getFullYear getHost getHostname getHours getMilliseconds getMinutes getMonth getPort getScheme
    getSeconds hasValue indexOf int intersects ip isCIDR isCanonical isGlobalUnicast isGreaterThan isIP isInteger
    isLessThan isLinkLocalMulticast isLinkLocalUnicast isLoopback isQuantity isSorted isURL isUnspecified join
    lastIndexOf lowerAscii masked matches max min none of ofNonZeroValue or orValue prefixLength quantity replace
    sign size split startsWith string sub substring sum timestamp trim type uint upperAscii url value
";

/// Functions whose results may be longer than what they are given, times what they are given.
const MULTIPLYING: [&str; 2] = ["format", "replace"];
/// Functions that make lists out of texts.
const SPLITTING: [&str; 2] = ["findAll", "split"];

/// An upper bound of the steps, as a polynomial of the longest list: `nodes * longest ^ loops`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    /// Loops within each other, and what multiplies like one.
    loops: u32,
    /// Parts of the expression.
    nodes: u64,
    /// Whether the characters of a text may be looped over.
    splits: bool,
    /// Whether `oldSelf` occurs.
    pub(super) compares_with_old: bool,
}

impl Cost {
    /// The cost of an expression; an error says why raygen cannot evaluate it.
    pub(super) fn of(expression: &Expression) -> Result<Self, String> {
        Self::below(expression, 0)
    }

    /// Whether the rule comes to an end soon, for a value as large as this one.
    pub(super) fn is_bearable(&self, value: &Value) -> bool {
        let longest = longest(value, self.splits).max(2);
        longest
            .checked_pow(self.loops)
            .and_then(|rounds| rounds.checked_mul(self.nodes))
            .is_some_and(|steps| steps <= BUDGET)
    }

    fn below(expression: &Expression, depth: usize) -> Result<Self, String> {
        if depth > DEEPEST {
            return Err(format!("more than {DEEPEST} levels"));
        }
        let below = |expression: &Expression| Self::below(expression, depth + 1);
        let mut cost = Self { nodes: 1, ..Self::default() };
        match &expression.expr {
            Expr::Unspecified => {}
            Expr::Ident(name) => cost.compares_with_old = name == "oldSelf",
            Expr::Literal(literal) => {
                if let LiteralValue::String(text) = literal {
                    cost.nodes += u64::try_from(text.inner().len() / 64).unwrap_or(u64::MAX);
                }
            }
            Expr::Select(select) => cost = cost.beside(below(&select.operand)?),
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                let operator = !name.starts_with(|first: char| first.is_ascii_alphabetic());
                if !operator && !KNOWN.split_whitespace().any(|known| known == name) {
                    return Err(format!("the function `{name}`"));
                }
                cost.splits = SPLITTING.contains(&name);
                for part in call.target.as_deref().into_iter().chain(&call.args) {
                    cost = cost.beside(below(part)?);
                }
                cost.loops += u32::from(MULTIPLYING.contains(&name));
            }
            Expr::List(list) => {
                for element in &list.elements {
                    cost = cost.beside(below(element)?);
                }
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        cost = cost.beside(below(&entry.key)?).beside(below(&entry.value)?);
                    }
                }
            }
            Expr::Struct(structure) => return Err(format!("the type `{}`", structure.type_name)),
            Expr::Comprehension(comprehension) => {
                let ComprehensionExpr { iter_range, accu_init, loop_cond, loop_step, result, .. } = &**comprehension;
                for part in [iter_range, accu_init, loop_cond, loop_step, result] {
                    cost = cost.within(below(part)?);
                }
                cost.loops += 1;
            }
        }
        Ok(cost)
    }

    /// One after the other.
    fn beside(self, other: Self) -> Self {
        Self { loops: self.loops.max(other.loops), ..self.both(other) }
    }

    /// One for each round of the other.
    fn within(self, other: Self) -> Self {
        Self { loops: self.loops + other.loops, ..self.both(other) }
    }

    fn both(self, other: Self) -> Self {
        Self {
            loops: 0,
            nodes: self.nodes.saturating_add(other.nodes),
            splits: self.splits || other.splits,
            compares_with_old: self.compares_with_old || other.compares_with_old,
        }
    }
}

/// How many brackets are open at once at most. Those in texts count too, which real rules have room for.
pub(super) fn brackets(text: &str) -> usize {
    let mut open = 0_usize;
    let depths = text.bytes().map(|byte| {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open
    });
    depths.max().unwrap_or(0)
}

/// The length of the longest list or map in a value, or text where texts count too.
fn longest(value: &Value, texts: bool) -> u64 {
    let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    match value {
        Value::String(text) if texts => length(text.len()),
        Value::Array(items) => {
            items.iter().map(|item| longest(item, texts)).max().unwrap_or(0).max(length(items.len()))
        }
        Value::Object(fields) => {
            let below = fields.iter().map(|(key, field)| {
                let key = if texts { length(key.len()) } else { 0 };
                longest(field, texts).max(key)
            });
            below.max().unwrap_or(0).max(length(fields.len()))
        }
        _ => 0,
    }
}
