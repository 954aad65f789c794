//! Rendered output as a value, and its comparison with a directory.
