//! `[data]`: where everything that must survive is kept.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::keys::{Key, text};

/// The data folder.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Data {
    /// The folder; absolute once the configuration is loaded.
    pub(crate) folder: PathBuf,
    /// The sealing key; empty for `sealing.key` in the folder.
    pub(crate) key_file: PathBuf,
}

impl Data {
    /// The keys of this section.
    pub(super) const KEYS: &'static [Key] = &[text("folder"), text("key_file")];

    /// Makes paths absolute: they are relative to the file they stand in, not to where somebody stands.
    pub(super) fn resolve(&mut self, base: &Path) {
        // Without the `.` that some would write, because people read it again in messages.
        self.folder = base.join(&self.folder).components().collect();
        self.key_file = if self.key_file.as_os_str().is_empty() {
            self.folder.join("sealing.key")
        } else {
            base.join(&self.key_file)
        };
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        if self.folder.as_os_str().is_empty() {
            return Err("data.folder is empty: name a folder".to_owned());
        }
        Ok(())
    }
}

impl Default for Data {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), key_file: PathBuf::new() }
    }
}
