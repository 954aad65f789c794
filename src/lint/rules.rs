//! All rules, sorted by name. One line registers a rule; its file and its page stand side by side in `rules/`.

use super::Rule;

/// Declares the rules' modules and lists their statics.
macro_rules! rules {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// Every rule, sorted by name.
        pub static ALL: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules! {
    blanket_toleration
    conflicting_security_context
    dangling_mount
    duplicate_port
    empty_group_name
    fractional_gpu
    head_on_spot
    invalid_affinity
    invalid_capacity_type
    invalid_env_source
    invalid_probe
    invalid_submission_mode
    invalid_volume
    missing_entrypoint
    request_above_limit
    unparsable_serve_config
}
