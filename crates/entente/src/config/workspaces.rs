//! `[workspaces.NAME]`: an organization's area on one platform, and the app of ours that is registered there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use entente_model::{PlatformId, WorkspaceId, WorkspaceRef};
use entente_platform::{Profile, Registry, Site};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::keys::{Key, nearest, table, text};

/// A workspace as it is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workspace {
    platform: String,
    #[serde(default)]
    tenant: String,
    /// Empty if absent, so that a platform that there is not is named before what it would need.
    #[serde(default)]
    client_id: String,
    client_secret: Option<SecretString>,
    client_secret_file: Option<PathBuf>,
    #[serde(default)]
    secrets: BTreeMap<String, SecretString>,
    #[serde(default)]
    secret_files: BTreeMap<String, PathBuf>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    #[serde(default)]
    addresses: BTreeMap<String, Url>,
}

impl Workspace {
    /// The keys of each such section.
    pub(super) const KEYS: &'static [Key] = &[
        text("platform"),
        text("tenant"),
        text("client_id"),
        text("client_secret"),
        text("client_secret_file"),
        table("secrets"),
        table("secret_files"),
        table("settings"),
        table("addresses"),
    ];

    /// The site that this describes.
    ///
    /// # Errors
    /// What is wrong, in one line that names the key.
    pub(super) fn site(&self, name: &str, base: &Path, platforms: &Registry) -> Result<Site, String> {
        let at = |key: &str| format!("workspaces.{name}.{key}");
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return Err(format!("workspaces.{name}: a name is of letters, digits, `-` and `_`"));
        }
        let id = PlatformId::from(self.platform.as_str());
        let Some(platform) = platforms.get(&id) else {
            let known: Vec<String> = platforms.iter().map(|p| p.id().as_str().to_owned()).collect();
            let hint = nearest(&self.platform, known.iter().map(String::as_str)).map_or_else(
                || format!("known are {}", known.join(", ")),
                |near| format!("did you mean \"{near}\"?"),
            );
            return Err(format!("{}: no platform \"{}\"; {hint}", at("platform"), self.platform));
        };
        let profile = platform.profile();
        if profile.needs_tenant && self.tenant.is_empty() {
            return Err(format!("{}: {} needs the id of your organization here", at("tenant"), profile.name));
        }
        if self.client_id.is_empty() {
            return Err(format!(
                "{}: give the id of the app registered at {}",
                at("client_id"),
                profile.name
            ));
        }
        let mut addresses = BTreeMap::new();
        for (name, default) in profile.addresses {
            let default = Url::parse(default).map_err(|error| error.to_string())?;
            addresses.insert((*name).to_owned(), default);
        }
        for (address, url) in &self.addresses {
            if !addresses.contains_key(address) {
                let known = profile.addresses.iter().map(|(name, _)| *name);
                let hint = nearest(address, known)
                    .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
                return Err(format!(
                    "{}: {} has no such address{hint}",
                    at(&format!("addresses.{address}")),
                    profile.name
                ));
            }
            let local =
                url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
            if url.scheme() != "https" && !(url.scheme() == "http" && local) {
                return Err(format!(
                    "{}: must be https, or http on this machine",
                    at(&format!("addresses.{address}"))
                ));
            }
            addresses.insert(address.clone(), without_slash(url));
        }
        Ok(Site {
            workspace: WorkspaceRef { platform: id, id: WorkspaceId::from(name) },
            addresses,
            tenant: Some(self.tenant.clone()).filter(|tenant| !tenant.is_empty()),
            client_id: self.client_id.clone(),
            client_secret: self.secret(name, base)?,
            secrets: self.other_secrets(name, base, profile)?,
            settings: self.settings(name, profile)?,
        })
    }

    fn settings(&self, name: &str, profile: &Profile) -> Result<BTreeMap<String, String>, String> {
        for (setting, value) in &self.settings {
            let key = format!("workspaces.{name}.settings.{setting}");
            let mut known = profile.settings.iter().map(|(name, _)| *name);
            if profile.secrets.iter().any(|(secret, _)| secret == setting) {
                return Err(format!("{key}: is a secret; give it as workspaces.{name}.secrets.{setting}"));
            }
            if !known.clone().any(|known| known == setting) {
                let hint = nearest(setting, known.by_ref())
                    .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
                return Err(format!("{key}: {} has no such setting{hint}", profile.name));
            }
            if value.is_empty() {
                return Err(format!("{key}: is empty"));
            }
        }
        Ok(self.settings.clone())
    }

    fn other_secrets(
        &self,
        name: &str,
        base: &Path,
        profile: &Profile,
    ) -> Result<BTreeMap<String, SecretString>, String> {
        for (section, names) in [
            ("secrets", self.secrets.keys().collect::<Vec<_>>()),
            ("secret_files", self.secret_files.keys().collect()),
        ] {
            let moved = |name: &&&String| profile.settings.iter().any(|(setting, _)| setting == **name);
            if let Some(setting) = names.iter().find(moved) {
                return Err(format!(
                    "workspaces.{name}.{section}.{setting}: is no secret; give it as workspaces.{name}.settings.{setting}"
                ));
            }
        }
        let mut secrets = self.secrets.clone();
        for (secret, file) in &self.secret_files {
            let key = format!("workspaces.{name}.secret_files.{secret}");
            if secrets.insert(secret.clone(), read_secret(&key, base, file)?).is_some() {
                return Err(format!("{key}: give it here or below secrets, not in both"));
            }
        }
        for (secret, value) in &secrets {
            let key = format!("workspaces.{name}.secrets.{secret}");
            let mut known = profile.secrets.iter().map(|(name, _)| *name);
            if !known.clone().any(|known| known == secret) {
                let hint = nearest(secret, known.by_ref())
                    .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
                return Err(format!("{key}: {} has no such secret{hint}", profile.name));
            }
            if value.expose_secret().is_empty() {
                return Err(format!("{key}: is empty"));
            }
        }
        Ok(secrets)
    }

    fn secret(&self, name: &str, base: &Path) -> Result<SecretString, String> {
        let secret = match (&self.client_secret, &self.client_secret_file) {
            (Some(_), Some(_)) => {
                return Err(format!("workspaces.{name}: give client_secret or client_secret_file, not both"));
            }
            (Some(secret), None) => secret.clone(),
            (None, Some(file)) => read_secret(&format!("workspaces.{name}.client_secret_file"), base, file)?,
            (None, None) => SecretString::from(String::new()),
        };
        if secret.expose_secret().is_empty() {
            return Err(format!("workspaces.{name}: client_secret or client_secret_file is needed"));
        }
        Ok(secret)
    }
}

fn read_secret(key: &str, base: &Path, file: &Path) -> Result<SecretString, String> {
    let path = base.join(file);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{key}: {} cannot be read: {error}", path.display()))?;
    Ok(SecretString::from(text.trim().to_owned()))
}

fn without_slash(url: &Url) -> Url {
    let mut url = url.clone();
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}
