//! One workspace as the operator configured it, and the secrets its webhooks are proven with.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entente_model::{AccountId, LoginId, WorkspaceRef};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::SecretString;
use sha2::Sha256;
use url::Url;

/// A workspace: where it is and which app of ours is registered there.
#[derive(Debug, Clone)]
pub struct Site {
    /// Which workspace.
    pub workspace: WorkspaceRef,
    /// Addresses by the names that [`crate::Profile::addresses`] lists, defaults filled in. No trailing slash.
    pub addresses: BTreeMap<String, Url>,
    /// The vendor's id of the organisation, where its addresses need one.
    pub tenant: Option<String>,
    /// The app's public id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// Other secrets of the app, by the names that [`crate::Profile::secrets`] lists.
    pub secrets: BTreeMap<String, SecretString>,
    /// Names and addresses of the app's parts, by the names that [`crate::Profile::settings`] lists. Nothing secret.
    pub settings: BTreeMap<String, String>,
}

impl Site {
    /// The address of this name with `path` (which begins with `/`) behind it.
    ///
    /// # Panics
    /// When the profile does not list the name; that is a mistake in the connector.
    pub fn url(&self, name: &str, path: &str) -> Url {
        let base = self.addresses.get(name).unwrap_or_else(|| panic!("no address named {name}"));
        let mut url = base.clone();
        let joined = format!("{}{path}", base.path().trim_end_matches('/'));
        let (path, query) = joined.split_once('?').map_or((joined.as_str(), None), |(p, q)| (p, Some(q)));
        url.set_path(path);
        url.set_query(query);
        url
    }
}

/// What the receiving half of a workspace needs to prove and open webhooks.
#[derive(Debug, Clone)]
pub struct AppSecrets {
    /// Subscriptions' secrets are derived from it.
    pub hook_key: HookKey,
    /// The vendor's public key documents (JWKS) by the names that [`crate::Client::public_keys`] gives them.
    pub public_keys: BTreeMap<String, Arc<[u8]>>,
    /// Our private keys (PKCS#8 DER) by certificate id, for content encrypted to us. Old ones stay until nothing
    /// encrypted to them can arrive any more.
    pub private_keys: BTreeMap<String, PrivateKey>,
    /// The login of the workspace's Entente app, where the vendor pushes what is said to it without a subscription that
    /// could name it. `None` until the app is set up.
    pub app_login: Option<LoginId>,
    /// The workspace's logins that hear, by the account behind each, where the vendor makes one delivery for all of them
    /// and names accounts in it. Others need not look at it.
    pub logins: BTreeMap<AccountId, LoginId>,
}

/// A private key in PKCS#8 DER.
#[derive(Clone)]
pub struct PrivateKey(pub Arc<[u8]>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// A 256-bit key from which the secret of each subscription is derived, so that a webhook is proven without looking
/// anything up, and a subscription that we do not know cannot exist.
#[derive(Clone)]
pub struct HookKey(Arc<[u8; 32]>);

impl HookKey {
    /// Takes the key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Arc::new(key))
    }

    /// The secret of the subscription called `label`: 43 characters of base64url.
    pub fn secret(&self, label: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(label).finalize().into_bytes())
    }

    /// Whether `given` is the secret of `label`, in constant time.
    pub fn verify(&self, label: &str, given: &str) -> bool {
        URL_SAFE_NO_PAD.decode(given).is_ok_and(|given| self.mac(label).verify_slice(&given).is_ok())
    }

    fn mac(&self, label: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("any key length is accepted");
        mac.update(b"subscription\0");
        mac.update(label.as_bytes());
        mac
    }
}

impl fmt::Debug for HookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookKey(…)")
    }
}
