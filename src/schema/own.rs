//! Schemas of the user's own clusters, which `raygen schema import` writes and which win over the embedded ones.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::validate::{Compiled, Fragments, Unsound};
use crate::source::FileId;

/// Schemas by API version and kind, compiled when first used. Copies share what is compiled.
#[derive(Clone, Debug, Default)]
pub struct OwnSchemas(BTreeMap<String, BTreeMap<String, Arc<OwnSchema>>>);

/// One schema file.
pub(super) struct OwnSchema {
    file: FileId,
    pub(super) schema: Value,
    whole: OnceLock<Result<Compiled, Unsound>>,
    pub(super) fragments: Fragments,
}

impl OwnSchemas {
    /// Adds a schema file. It says itself which API version and kind it is for; an error says that it does not, or which
    /// file is for the same.
    pub fn add(&mut self, file: FileId, schema: Value) -> Result<(), Refused> {
        let text = |pointer| schema.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (Some(api_version), Some(kind)) = (text("/properties/apiVersion/const"), text("/properties/kind/const"))
        else {
            return Err(Refused::Nameless);
        };
        let of_version = self.0.entry(api_version).or_default();
        if let Some(taken) = of_version.get(&kind) {
            return Err(Refused::Taken(taken.file));
        }
        let schema = OwnSchema { file, schema, whole: OnceLock::new(), fragments: Fragments::default() };
        of_version.insert(kind, Arc::new(schema));
        Ok(())
    }

    /// The number of schemas.
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, api_version: &str, kind: &str) -> Option<&OwnSchema> {
        self.0.get(api_version)?.get(kind).map(AsRef::as_ref)
    }

    /// The files that were used and turned out to be unsound, and why.
    pub fn unsound(&self) -> Vec<(FileId, Unsound)> {
        let used = self.0.values().flat_map(BTreeMap::values).filter_map(|own| Some((own.file, own.whole.get()?)));
        used.filter_map(|(file, compiled)| Some((file, compiled.as_ref().err()?.clone()))).collect()
    }
}

/// Why a schema file was not added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It names no API version and kind.
    Nameless,
    /// Another file is for the same.
    Taken(FileId),
}

impl OwnSchema {
    /// The schema, if it is sound.
    pub(super) fn compiled(&self) -> Option<&Compiled> {
        self.whole.get_or_init(|| Compiled::new(self.schema.clone())).as_ref().ok()
    }
}

impl fmt::Debug for OwnSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OwnSchema").field("file", &self.file).finish_non_exhaustive()
    }
}
