//! TOML documents as trees of values that know where they stand.
