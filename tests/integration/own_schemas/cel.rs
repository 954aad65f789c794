//! Rules in CEL: which objects break them, and what is said, as the API server says it.

use std::time::{Duration, Instant};

use raygen::json;
use raygen::json::Value;
use raygen::schema::Violation;

use super::{crd, imported, validators};

/// What an object with this `spec` breaks, as `path: message`.
fn broken(schema: &str, spec: &Value) -> Vec<String> {
    let object = json!({
        "apiVersion": "example.com/v1", "kind": "Thing", "metadata": { "name": "one", "labels": { "a": "b" } }, "spec": spec,
    });
    let violations = validators([crd("Thing", schema)]).validate(&object).unwrap();
    violations.iter().map(|Violation { path, problem }| format!("{path}: {}", problem.message())).collect()
}

/// A schema of `spec` with `x` of a type, in YAML, and one rule.
fn of_x(of_x: &str, rule: &str) -> String {
    format!("type: object\nproperties:\n  x: {of_x}\nx-kubernetes-validations:\n  - rule: {}\n", json!(rule))
}

/// Whether a rule holds for a value of `x`.
fn holds(of: &str, rule: &str, x: &Value) -> bool {
    let found = broken(&of_x(of, rule), &json!({ "x": x }));
    assert!(found.is_empty() || found == [format!("/spec: failed rule: {rule}")], "{rule}: {found:?}");
    found.is_empty()
}

const STRING: &str = "{ type: string }";
const STRINGS: &str = "{ type: array, items: { type: string } }";

#[test]
fn rules_see_what_the_api_server_shows_them() {
    let map = "{ type: object, additionalProperties: { type: integer } }";
    let either = "{ x-kubernetes-int-or-string: true }";
    let fields =
        "{ type: object, properties: { a-b: { type: integer }, in: { type: integer }, a__b: { type: integer } } }";
    for (of, rule, yes, no) in [
        (STRING, "self.x.startsWith('a') && self.x.size() == 2", json!("aé"), json!("ab3")),
        (STRING, "self.x.matches('^[a-z]+$')", json!("abc"), json!("a1")),
        (STRING, "self.x.find('[0-9]+') == '12'", json!("a12b3"), json!("ab")),
        (STRING, "self.x.findAll('[0-9]+') == ['12', '3']", json!("a12b3"), json!("ab")),
        (STRING, "self.x.split('/').size() == 2 && self.x.lowerAscii() == 'a/b'", json!("A/b"), json!("ab")),
        (STRING, "duration(self.x) >= duration('1h')", json!("90m"), json!("59m59s")),
        ("{ type: string, format: duration }", "self.x.getMinutes() == 90", json!("1h30m"), json!("1h")),
        (
            "{ type: string, format: date-time }",
            "self.x > timestamp('2025-01-01T00:00:00Z')",
            json!("2026-01-01T00:00:00Z"),
            json!("2024-12-31T23:59:59Z"),
        ),
        ("{ type: string, format: byte }", "self.x == b'ray'", json!("cmF5"), json!("cmF6")),
        (STRING, "quantity(self.x).isLessThan(quantity('1Gi'))", json!("1000Mi"), json!("1024Mi")),
        (STRING, "isQuantity(self.x) && quantity(self.x).add(1).asInteger() == 3", json!("2"), json!("x")),
        (STRING, "isIP(self.x) && ip(self.x).family() == 4", json!("10.0.0.1"), json!("::1")),
        (STRING, "cidr('10.0.0.0/8').containsIP(self.x)", json!("10.1.2.3"), json!("11.0.0.1")),
        (STRING, "isCIDR(self.x) && cidr(self.x).masked() == cidr(self.x)", json!("10.0.0.0/8"), json!("10.1.0.0/8")),
        (STRING, "isURL(self.x) && url(self.x).getScheme() == 'https'", json!("https://a:1/b"), json!("http://a")),
        (STRINGS, "self.x.all(y, self.x.exists_one(z, z == y))", json!(["a", "b"]), json!(["a", "a"])),
        (STRINGS, "self.x.isSorted() && self.x.max() == 'b'", json!(["a", "b"]), json!(["b", "a"])),
        (STRINGS, "self.x.indexOf('b') == 1 && sets.contains(self.x, ['a'])", json!(["a", "b"]), json!(["b"])),
        ("{ type: array, items: { type: integer } }", "self.x.sum() == 6", json!([1, 2, 3]), json!([1])),
        ("{ type: number }", "self.x / 2.0 == 1.0", json!(2), json!(3)),
        ("{ type: integer }", "self.x + 1 == 3", json!(2), json!(3)),
        (either, "type(self.x) == int ? self.x < 5 : self.x.endsWith('%')", json!("50%"), json!(7)),
        (map, "self.x.all(k, k.startsWith('a') && self.x[k] > 0)", json!({ "a": 1, "a-b": 2 }), json!({ "a": 0 })),
        (map, "'a' in self.x && self.x.?b.orValue(3) == 3", json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
        (
            fields,
            "self.x.a__dash__b == 1 && self.x.__in__ == 2 && self.x.a__underscores__b == 3",
            json!({ "a-b": 1, "in": 2, "a__b": 3 }),
            json!({ "a-b": 1, "in": 2, "a__b": 4 }),
        ),
    ] {
        assert!(holds(of, rule, &yes), "{rule} holds for {yes}");
        assert!(!holds(of, rule, &no), "{rule} does not hold for {no}");
    }
}

#[test]
fn messages_are_those_of_the_server() {
    let rule = |rest: &str| format!("{}    {}\n", of_x(STRING, "self.x == 'a'"), rest.replace('\n', "\n    "));
    let said = |rest: &str| broken(&rule(rest), &json!({ "x": "b" }));
    assert_eq!(said("message: ' x is a '"), ["/spec: x is a"]);
    assert_eq!(said("messageExpression: '\"x is \" + self.x'"), ["/spec: x is b"]);
    // What cannot be evaluated, or is not fit to print, gives way to the message.
    for expression in ["self.y", "'  '", "'a\\nb'", "1"] {
        let expression = json!(expression);
        assert_eq!(said(&format!("message: not a\nmessageExpression: {expression}")), ["/spec: not a"], "{expression}");
    }
    assert_eq!(said("message: not a\nfieldPath: .x\nreason: FieldValueForbidden"), ["/spec/x: not a"]);
    assert_eq!(said("message: not a\nfieldPath: \".y['a.b'].c\""), ["/spec/y/a.b/c: not a"]);
    let failing = of_x(STRING, "self.y == 'a'");
    assert_eq!(broken(&failing, &json!({ "x": "b" })), ["/spec: no such key: y evaluating rule: self.y == 'a'"]);
}

#[test]
fn rules_stand_at_every_level() {
    let schema = "type: object\nproperties:\n  list:\n    type: array\n    items:\n      type: object\n      properties:\n        \
                  a: { type: integer, default: 7 }\n      x-kubernetes-validations:\n        - rule: self.a == 7\n          \
                  message: seven\n  map:\n    type: object\n    additionalProperties:\n      type: string\n      \
                  x-kubernetes-validations:\n        - rule: self != ''\n          message: empty\n  made:\n    type: object\n    \
                  default: {}\n    properties:\n      b: { type: integer, default: 1 }\n    x-kubernetes-validations:\n      \
                  - rule: self.b == 2\n        message: not two\n  gone:\n    type: string\n    nullable: true\n    \
                  x-kubernetes-validations:\n      - rule: self == 'x'\n";
    // Defaults are filled in before, even where a whole object is absent; null is no value to judge.
    let spec = json!({ "list": [{}, { "a": 8 }, { "a": null }], "map": { "x/y": "" }, "gone": null });
    assert_eq!(broken(schema, &spec), ["/spec/list/1: seven", "/spec/made: not two", "/spec/map/x~1y: empty"]);
}

#[test]
fn a_whole_object_shows_its_name_alone() {
    let text = crd("Thing", "type: object\n").replace(
        "          type: object\n          properties:",
        "          type: object\n          x-kubernetes-validations:\n            - rule: \"self.metadata.name == 'one' && \
         !has(self.metadata.labels) && self.kind == 'Thing'\"\n          properties:",
    );
    let validators = validators([text]);
    let object = |name: &str| json!({ "apiVersion": "example.com/v1", "kind": "Thing", "metadata": { "name": name, "labels": { "a": "b" } } });
    assert_eq!(validators.validate(&object("one")).unwrap(), []);
    assert_eq!(validators.validate(&object("two")).unwrap().len(), 1);
}

/// What is wrong with types, required fields and lengths comes first: the server evaluates no rule before.
#[test]
fn rules_wait_for_what_blocks_them() {
    let schema = "type: object\nrequired: [x]\nproperties:\n  x: { type: string, maxLength: 3, minLength: 1, enum: ['', a, b] }\n\
                  x-kubernetes-validations:\n  - rule: self.x == 'a'\n    message: not a\n";
    assert_eq!(broken(schema, &json!({ "x": "b" })), ["/spec: not a"]);
    for spec in [json!({}), json!({ "x": 1 }), json!({ "x": "abcd" }), json!({ "x": "c" })] {
        assert!(!broken(schema, &spec).concat().contains("not a"), "{spec}");
    }
    assert!(broken(schema, &json!({ "x": "" })).concat().contains("not a"), "too short does not block");
}

#[test]
fn rules_about_changes_are_left_to_the_cluster() {
    let changed = of_x(STRING, "self.x == oldSelf.x");
    assert_eq!(broken(&changed, &json!({ "x": "b" })), [""; 0]);
    // With an optional old object the rule holds on creation too, where there is none.
    let optional = of_x(STRING, "oldSelf.hasValue() || self.x == 'a'") + "    optionalOldSelf: true\n";
    assert_eq!(broken(&optional, &json!({ "x": "a" })), [""; 0]);
    assert_eq!(broken(&optional, &json!({ "x": "b" })).len(), 1);
    let file = imported(&crd("Thing", &changed))[0].file().to_string();
    assert!(file.contains("self.x == oldSelf.x"), "the rule is kept: {file}");
}

#[test]
fn what_raygen_cannot_evaluate_is_left_to_the_cluster() {
    for rule in
        ["self.x.all(i, y, y == 'a')", "authorizer.group('').resource('pods').check('get').allowed()", "frob(self.x)"]
    {
        assert_eq!(broken(&of_x(STRINGS, rule), &json!({ "x": ["b"] })), [""; 0], "{rule}");
    }
}

/// Rules whose cost grows with a power of the object's size, or with that of their own text.
#[test]
fn no_rule_hangs() {
    let items: Vec<String> = (0..300).map(|item| format!("item-{item}")).collect();
    let loops = |depth: usize| {
        let inner = (0..depth).fold("true".to_owned(), |inner, index| format!("self.x.all(x{index}, {inner})"));
        of_x(STRINGS, &inner)
    };
    let doubled = "optional.of('aa')".to_owned() + &".optMap(a, a + a)".repeat(60) + ".orValue('') == ''";
    let replaced = "'aaaaaaaa'".to_owned() + &".replace('a', 'aaaaaaaa')".repeat(40) + " == ''";
    let deep = "(".repeat(3000) + "true" + &")".repeat(3000);
    let long = "true".to_owned() + &" && true".repeat(100_000);
    let wide = "true".to_owned() + &" && true".repeat(900);
    let started = Instant::now();
    let texts = [doubled, replaced, deep, long, wide, "-(".repeat(2000) + "1", "+1".repeat(4000)];
    for schema in texts.iter().map(|text| of_x(STRINGS, text)).chain([loops(2), loops(9)]) {
        let definition = serde_yaml::from_str(&crd("Thing", &schema)).unwrap();
        if raygen::schema::import::import(&definition).is_ok() {
            broken(&schema, &json!({ "x": items }));
        }
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}
