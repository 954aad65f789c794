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
    contradictory_requirements
    dangling_node_class
    dangling_pod_selector
    dangling_service_monitor
    disruptive_consolidation
    double_counted_head
    duplicate_taint
    empty_selector_term
    evictable_as_empty
    expiring_head
    floating_ami
    head_on_spot
    incompatible_karpenter
    invalid_ami_alias
    invalid_budget
    invalid_capacity_type
    invalid_do_not_disrupt
    invalid_node_label
    invalid_requirement
    invalid_taint
    invalid_user_data
    limits_nodes
    min_values_disables_price_filter
    mismatched_ami_family
    missing_cluster_label
    mixed_ami_terms
    provenance_in_template
    reserved_tag
    reserved_without_reservation
    restricted_label
    small_root_volume
    spot_without_diversity
    spot_without_fallback
    spot_without_interruption_queue
    too_many_requirements
    ungated_static_pool
    unscraped_port
    unsupported_ami_family
    unsupported_kubelet_setting
    wrong_root_device
}
