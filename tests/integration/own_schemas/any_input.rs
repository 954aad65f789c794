//! Any CRD and any rule: an error or a verdict, never a panic.

use proptest::prelude::*;
use raygen::schema::{OwnSchemas, Releases, Validators, import};
use raygen::source::FileId;
use serde_json::{Value, json};

use super::crd;

/// A CRD that says something by every keyword.
const SPEC: &str = "type: object\nrequired: [a]\nproperties:\n  a: { type: integer, format: int32, minimum: 1, exclusiveMinimum: true, default: 3 }\n  \
                    b: { type: string, format: date-time, pattern: '^a', nullable: true, enum: [a, b] }\n  c:\n    type: array\n    \
                    x-kubernetes-list-type: map\n    x-kubernetes-list-map-keys: [k]\n    items: { type: object, properties: { k: { type: string, default: z } } }\n  \
                    d: { type: object, additionalProperties: { x-kubernetes-int-or-string: true } }\n  e: { type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true }\n  \
                    f: { anyOf: [{ required: [g] }, { not: { properties: { h: { maxLength: 3 } } } }] }\nx-kubernetes-validations:\n  - { rule: 'self.a > 0', message: a, fieldPath: .a, reason: FieldValueInvalid, optionalOldSelf: false }\n";

fn definition() -> Value {
    serde_yaml::from_str(&crd("Thing", SPEC)).unwrap()
}

/// The JSON pointers of all parts.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{}", key.replace('/', "~1")), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec![
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("object"),
            json!("string"),
            json!([]),
            json!({}),
            json!([1]),
            json!({ "a": 1 }),
            json!("self =="),
            json!("/"),
            json!(18_446_744_073_709_551_615_u64),
            json!("../x"),
            json!([{ "rule": "self" }]),
            json!({ "type": "array", "items": [] }),
        ]),
        any::<String>().prop_map(Value::from),
    ]
}

/// Words of CEL in any order: much of it parses, little of it makes sense.
fn expression() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "self",
        "oldSelf",
        ".a",
        ".b",
        ".c",
        ".d",
        ".?b",
        "[0]",
        "['k']",
        "(",
        ")",
        "has(self.b)",
        ".all(x, ",
        ".exists(y, ",
        ".map(z, z)",
        ".filter(x, true)",
        "x",
        " == ",
        " != ",
        " && ",
        " || ",
        " ? ",
        " : ",
        "!",
        "-",
        " + ",
        " / ",
        " % ",
        " * ",
        " < ",
        " in ",
        "1",
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "1.5",
        "'a'",
        "b'a'",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".size()",
        "size(self)",
        ".split('')",
        ".matches('(')",
        ".find('a')",
        ".findAll('', 2)",
        "duration('1h')",
        "timestamp(self.b)",
        "quantity('1Gi')",
        ".add(1)",
        ".asInteger()",
        "ip('::1')",
        "cidr('10.0.0.0/33')",
        "url('http://a')",
        ".getPort()",
        ".substring(1, 9)",
        ".replace('', 'b')",
        ".orValue(1)",
        ".value()",
        "optional.of(1)",
        "type(1)",
        "int('x')",
        "string(1.5)",
        ".sum()",
        ".min()",
        "sets.contains([1], self.c)",
        ".charAt(9)",
        "'%d'.format([1])",
        "double('inf')",
        "null",
        ".join()",
        "uint(-1)",
        ".getHours()",
    ]);
    prop::collection::vec(word, 1..9).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_crd(place in any::<prop::sample::Index>(), value in value()) {
        let mut definition = definition();
        let mut places = Vec::new();
        pointers(&definition, "", &mut places);
        let place: &String = place.get(&places);
        *definition.pointer_mut(place).unwrap() = value;
        let Ok(imported) = import::import(&definition) else { return Ok(()) };
        let mut own = OwnSchemas::default();
        for schema in imported {
            prop_assert!(!schema.path().contains(".."), "{}", schema.path());
            schema.judges();
            own.add(FileId::BUILT_IN, schema.file()).unwrap();
        }
        let validators = Validators::new(&Releases::newest()).with_own(&own);
        let metadata = json!({ "name": "one" });
        for spec in [json!({}), json!(1), json!({ "a": 1, "b": null, "c": [{}, { "k": "z" }], "d": { "x": "1" }, "e": {} })] {
            let object = json!({ "apiVersion": "example.com/v1", "kind": "Thing", "metadata": metadata, "spec": spec });
            validators.validate(&object.into());
        }
        prop_assert_eq!(own.unsound(), Vec::new());
    }

    #[test]
    fn any_rule(rule in expression()) {
        let mut definition = definition();
        let at = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/x-kubernetes-validations/0";
        *definition.pointer_mut(at).unwrap() = json!({ "rule": rule, "messageExpression": rule });
        let Ok(imported) = import::import(&definition) else { return Ok(()) };
        let mut own = OwnSchemas::default();
        own.add(FileId::BUILT_IN, imported[0].file()).unwrap();
        let validators = Validators::new(&Releases::newest()).with_own(&own);
        let spec = json!({ "a": 2, "b": "a", "c": [{ "k": "x" }, { "k": "y" }], "d": { "x": "1", "y": 2 } });
        let object = json!({ "apiVersion": "example.com/v1", "kind": "Thing", "metadata": { "name": "one" }, "spec": spec });
        validators.validate(&object.into());
    }
}
