//! Serve configs as rules read them: the values in a RayService's text, and where they stand.

use super::Object;
use crate::document;
use crate::json::Value;
use crate::source::Span;

/// Where the text stands in a RayService.
const POINTER: &str = "/spec/serveConfigV2";

/// The Serve config of a RayService.
pub(super) struct ServeConfig<'a> {
    service: &'a Object<'a>,
    text: &'a str,
    value: Value,
}

impl<'a> ServeConfig<'a> {
    /// Reads the config; `None` where there is none, or no mapping, which has a rule of its own.
    pub(super) fn read(service: &'a Object<'a>) -> Option<Self> {
        let text = service.text(POINTER);
        let value: Value = serde_yaml::from_str(text).ok()?;
        value.is_object().then_some(Self { service, text, value })
    }

    /// The value at a JSON pointer in the config.
    pub(super) fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The items of a list in the config, with their pointers.
    pub(super) fn items(&self, pointer: &str) -> Vec<(String, &Value)> {
        let items = self.get(pointer).and_then(Value::as_array).into_iter().flatten();
        items.enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)).collect()
    }

    /// Every key of the config with the pointer of its value, but for what belongs to the applications themselves.
    pub(super) fn keys(&self) -> Vec<(String, &str)> {
        let mut found = Vec::new();
        collect(&self.value, "", &mut found);
        found
    }

    /// Where the value at a pointer stands: in the spec, at a line of the file beside it, or in the manifest.
    pub(super) fn span(&self, pointer: &str) -> Span {
        line_of_file(self.service, self.text, || self.line(pointer))
            .unwrap_or_else(|| self.service.span(&format!("{POINTER}{pointer}")))
    }

    /// The line of a key in the text: of all lines that begin with it, as many come before as keys of that name. An
    /// item stands where its first key does.
    fn line(&self, pointer: &str) -> Option<usize> {
        let mut pointer = pointer.to_owned();
        while let Some(first) = self.get(&pointer).filter(|_| ends_with_index(&pointer)).and_then(first_token) {
            pointer = format!("{pointer}/{first}");
        }
        let key = pointer.rsplit('/').find(|token| token.parse::<usize>().is_err())?;
        let holder = &pointer[..pointer.rfind(key)? + key.len()];
        let mut all = Vec::new();
        every_key(&self.value, "", &mut all);
        let before = all.iter().filter(|(_, name)| *name == key).position(|(place, _)| place == holder)?;
        let begins = |line: &str| {
            let rest = line.trim_start_matches([' ', '-', '"', '\'']).strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
        };
        self.text.lines().enumerate().filter(|(_, line)| begins(line)).nth(before).map(|(line, _)| line)
    }
}

/// Where the text of a RayService stands, at a line of it if it is in a file of its own.
pub(super) fn span_of_line(service: &Object<'_>, line: usize) -> Span {
    line_of_file(service, service.text(POINTER), || Some(line)).unwrap_or_else(|| service.span(POINTER))
}

/// A line of the file beside the spec that the text was read from.
fn line_of_file(service: &Object<'_>, text: &str, line: impl FnOnce() -> Option<usize>) -> Option<Span> {
    let manifest = service.manifest()?;
    let path = manifest.place(POINTER);
    let node = manifest.values.root.nearest(path.keys());
    let from_file = path.keys().next_back() == Some("serve-config") && matches!(node.value, document::Value::String(_));
    let found = text.lines().nth(line().filter(|_| from_file)?)?;
    let start = found.as_ptr() as usize - text.as_ptr() as usize;
    let indent = found.len() - found.trim_start().len();
    Some(Span::new(node.span.file, start + indent..start + found.trim_end().len()))
}

fn ends_with_index(pointer: &str) -> bool {
    pointer.rsplit('/').next().is_some_and(|token| token.parse::<usize>().is_ok())
}

fn first_token(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => map.keys().next().map(str::to_owned),
        Value::Array(items) => (!items.is_empty()).then(|| "0".to_owned()),
        _ => None,
    }
}

/// Keys whose values are the applications' own affair.
const FREE: [&str; 3] = ["user_config", "env_vars", "resources"];

fn collect<'v>(value: &'v Value, pointer: &str, found: &mut Vec<(String, &'v str)>) {
    walk(value, pointer, &|key| !FREE.contains(&key), found);
}

fn every_key<'v>(value: &'v Value, pointer: &str, found: &mut Vec<(String, &'v str)>) {
    walk(value, pointer, &|_| true, found);
}

fn walk<'v>(value: &'v Value, pointer: &str, enters: &dyn Fn(&str) -> bool, found: &mut Vec<(String, &'v str)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push((pointer.clone(), key));
                if enters(key) {
                    walk(value, &pointer, enters, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &format!("{pointer}/{index}"), enters, found);
            }
        }
        _ => {}
    }
}

/// Whether the RayService's traffic comes by a Gateway of its own. Serve then has a Service per cluster, named like the
/// cluster (KubeRay `common/service.go`, BuildServeService).
pub(super) fn upgrades_incrementally(service: &Object<'_>) -> bool {
    service.kind() == "RayService" && service.text("/spec/upgradeStrategy/type") == "NewClusterWithIncrementalUpgrade"
}
