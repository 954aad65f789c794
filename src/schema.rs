//! JSON Schemas of the manifests, per kind and supported release.
