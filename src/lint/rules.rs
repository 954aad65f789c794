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
    conflicting_autoscaler_version
    conflicting_fault_tolerance
    conflicting_ray_start_params
    head_on_spot
    idle_timeout_without_v2
    invalid_capacity_type
    invalid_ray_label
    invalid_restart_policy
    negative_idle_timeout
    reserved_env
    suspended_worker_group
    unsupported_priority
}
