//! Writes values as YAML that no reader retypes.
