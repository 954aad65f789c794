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
    ambiguous_selector_term
    arn_as_node_role
    conflicting_service_account
    contradictory_requirements
    dangling_node_class
    dangling_patch
    dangling_pod_selector
    dangling_service_monitor
    disallowed_capacity_type
    disallowed_environment
    disallowed_instance_family
    disallowed_public_ingress
    disallowed_ray_version
    disallowed_registry
    disruptive_consolidation
    double_counted_head
    duplicate_host
    duplicate_name
    duplicate_taint
    empty_selector_term
    empty_spec
    evictable_as_empty
    expiring_head
    floating_ami
    forbidden_allow
    head_on_spot
    incompatible_karpenter
    invalid_ami_alias
    invalid_budget
    invalid_capacity_type
    invalid_do_not_disrupt
    invalid_manifest
    invalid_name
    invalid_node_label
    invalid_requirement
    invalid_taint
    invalid_template
    invalid_toml
    invalid_user_data
    invalid_value
    inverted_replica_bounds
    limits_nodes
    long_cluster_name
    long_pool_name
    min_values_disables_price_filter
    mismatched_ami_family
    missing_cluster_label
    missing_cost_center
    missing_host
    missing_image
    missing_ingress_class
    missing_key
    missing_max
    missing_owner
    missing_platform
    missing_ray_version
    missing_resources
    missing_version
    mixed_ami_terms
    needs_newer_release
    over_gpu_limit
    over_quota
    patched_identity
    provenance_in_template
    replicas_with_autoscaling
    reserved_group_name
    reserved_tag
    reserved_without_reservation
    restricted_label
    small_root_volume
    spot_without_diversity
    spot_without_fallback
    spot_without_interruption_queue
    toml_1_1_syntax
    too_many_requirements
    ungated_static_pool
    unknown_environment
    unknown_field
    unknown_key
    unknown_pool
    unknown_profile
    unknown_rule
    unknown_team
    unknown_workload
    unreachable_replicas
    unreadable_spec
    unscraped_port
    unsupported_ami_family
    unsupported_kubelet_setting
    unsupported_release
    unused_allow
    wrong_root_device
}
