//! MiniJinja in strings of specs: strict, without I/O, with bounded work.

use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior, context};

/// What a template may name. Every variable is always bound; absent ones are none, so that `'-gpu' if gpu` works.
#[derive(Clone, Debug, Default)]
pub struct Variables<'a> {
    /// The team's name.
    pub team: &'a str,
    /// The workload's name.
    pub workload: Option<&'a str>,
    /// The environment's name.
    pub environment: &'a str,
    /// `head` or the worker group's name.
    pub group: Option<&'a str>,
    /// Ray's version.
    pub ray_version: Option<&'a str>,
    /// The GPU's model; `nvidia` when a group asks for GPUs of any model.
    pub gpu: Option<&'a str>,
    /// The Neuron accelerator's name.
    pub neuron: Option<&'a str>,
    /// The CPU architecture.
    pub arch: Option<&'a str>,
    /// The AWS region.
    pub region: &'a str,
    /// The EKS cluster.
    pub eks_cluster: &'a str,
    /// The environment's DNS domain.
    pub domain: Option<&'a str>,
}

/// Instructions that one string may take; a real one takes about ten.
const FUEL: u64 = 10_000;
/// Longest template and longest result: more than any image, host or ARN has.
const LONGEST: usize = 2048;

/// The engine of strings. Everything it offers grows the text at most by what the template itself holds, so that no
/// template can become a bomb: no loops, no assignments, no repetition, four filters.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(32);
    engine.add_filter("default", minijinja::filters::default);
    engine.add_filter("lower", minijinja::filters::lower);
    engine.add_filter("trim", minijinja::filters::trim);
    engine.add_filter("upper", minijinja::filters::upper);
    engine
});

/// Renders a string. The error is a sentence without MiniJinja's debug dump, which would show other values.
pub fn render(text: &str, variables: &Variables<'_>) -> Result<String, String> {
    if !["{{", "{%", "{#"].iter().any(|opening| text.contains(opening)) {
        return Ok(text.to_owned());
    }
    if text.len() > LONGEST {
        return Err(format!("a template longer than {LONGEST} bytes"));
    }
    if let Some(statement) = text.split("{%").skip(1).map(keyword).find(|word| !BRANCHES.contains(word)) {
        return Err(format!("`{{% {statement} %}}` has no place in a string, only `if`"));
    }
    if text.contains('*') {
        return Err("`*` has no place in the template of a string".to_owned());
    }
    let rendered = match variables.fill(text) {
        Some(filled) => filled,
        None => ENGINE.render_str(text, variables.to_value()).map_err(|error| match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        })?,
    };
    if rendered.len() > LONGEST {
        return Err(format!("the text becomes longer than {LONGEST} bytes"));
    }
    Ok(rendered)
}

const BRANCHES: [&str; 4] = ["if", "elif", "else", "endif"];

/// The word that a statement starts with.
fn keyword(statement: &str) -> &str {
    let statement = statement.trim_start_matches(['-', '+']).trim_start();
    let end = statement.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(statement.len());
    &statement[..end]
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        match name {
            "team" => Some(self.team),
            "workload" => self.workload,
            "environment" => Some(self.environment),
            "group" => self.group,
            "ray_version" => self.ray_version,
            "gpu" => self.gpu,
            "neuron" => self.neuron,
            "arch" => self.arch,
            "region" => Some(self.region),
            "eks_cluster" => Some(self.eks_cluster),
            "domain" => self.domain,
            _ => None,
        }
    }

    /// The text with variables in place of their names. Most templates have nothing else, and need no engine; `None` for
    /// those that do.
    fn fill(&self, text: &str) -> Option<String> {
        // The engine takes off the last line's end.
        if text.ends_with(['\n', '\r']) || text.contains("{%") || text.contains("{#") {
            return None;
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, behind) = after.split_once("}}")?;
            filled.push_str(before);
            filled.push_str(self.get(name.trim_matches(' '))?);
            rest = behind;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn to_value(&self) -> Value {
        context! {
            team => self.team,
            workload => self.workload,
            environment => self.environment,
            group => self.group,
            ray_version => self.ray_version,
            gpu => self.gpu,
            neuron => self.neuron,
            arch => self.arch,
            region => self.region,
            eks_cluster => self.eks_cluster,
            domain => self.domain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> Result<String, String> {
        let variables = Variables { team: "vision", ray_version: Some("2.52.0"), ..Variables::default() };
        render(text, &variables)
    }

    #[test]
    fn absent_variables_are_none() {
        assert_eq!(rendered("ray:{{ ray_version }}-py311{{ '-gpu' if gpu }}").unwrap(), "ray:2.52.0-py311");
        assert_eq!(rendered("{% if gpu %}a{% else %}b{% endif %}").unwrap(), "b");
    }

    #[test]
    fn the_engine_and_its_shortcut_agree() {
        let variables = Variables { team: "vision", gpu: Some("a}}b"), ..Variables::default() };
        for text in
            ["a{{ team }}-{{team}}", "{{ gpu }}}}", "{ {{ team }} }", "{{ team }}\n", "{{ domain }}", "{{{ team }}"]
        {
            let engine = ENGINE.render_str(text, variables.to_value());
            if let Some(filled) = variables.fill(text) {
                assert_eq!(filled, engine.expect(text), "{text}");
            }
        }
        assert_eq!(variables.fill("a{{ team }}").as_deref(), Some("avision"));
    }

    #[test]
    fn unknown_variables_are_errors() {
        assert!(rendered("{{ rayversion }}").unwrap_err().contains("undefined"));
    }

    #[test]
    fn a_text_without_braces_is_no_template() {
        assert_eq!(rendered("a * b").unwrap(), "a * b");
    }

    #[test]
    fn bombs_are_refused() {
        let loops = "{% for a in 'aaaa' %}{% for b in 'aaaa' %}x{% endfor %}{% endfor %}";
        let recursion = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
        let doubling = "{% set x = 'aa' %}{% set x = x ~ x %}{{ x }}";
        for bomb in [loops, recursion, doubling, "{{ 'a' * 100000000 }}", "{{ range(100000) }}", "{% include 'x' %}"] {
            assert!(rendered(bomb).is_err(), "{bomb}");
        }
        assert!(rendered(&format!("{}{}", "{{ team }}".repeat(300), "a")).is_err());
    }
}
