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
    head_on_spot
    invalid_capacity_type
}
