//! A vendor's token endpoint: code, refresh token and client credentials for tokens (RFC 6749, 4.1.3, 4.4.2 and 6;
//! PKCE, RFC 7636). One form and one answer, the same for all vendors we know.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_model::{CallError, Timestamp};
use entente_platform::{Call, DirectoryApp, Effect, Failure, Http, Shown, Site, Verdict};
use http::{HeaderMap, HeaderValue, Method, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::clock::Clock;
use crate::keeper::refused;
use crate::sites::Workspace;

/// Where tokens of one workspace come from.
#[derive(Clone)]
pub(crate) struct TokenEndpoint {
    http: Http,
    site: Arc<Site>,
    address: &'static str,
    /// Set for tokens of the app that the directory is read by.
    directory: Option<DirectoryApp>,
    url: Url,
    verdict: Option<Verdict>,
    shown: Shown,
    clock: Arc<dyn Clock>,
}

/// What the endpoint gave.
pub(crate) struct Tokened {
    /// The token that is sent.
    pub(crate) access: SecretString,
    /// What a new one is got with, if the vendor gave one.
    pub(crate) refresh: Option<SecretString>,
    /// When `access` ends.
    pub(crate) expires_at: Option<Timestamp>,
    /// What it is good for, as the vendor says it; empty if it does not.
    pub(crate) scope: String,
}

/// What `OpenID` Connect asks for and no answer names, and what only asks for a refresh token (`OpenID` Connect Core, 5.4, 11).
const NO_PERMISSIONS: [&str; 5] = ["openid", "profile", "email", "phone", "offline_access"];

impl Tokened {
    /// What of this was asked for and not granted. RFC 6749, 5.1: what was granted is named where it is anything else than what
    /// was asked for. Vendors part names by spaces or commas, and one of them puts the resource in front of its own.
    pub(crate) fn lacks<'s>(&self, asked: &'s [&'s str]) -> Vec<&'s str> {
        fn names(text: &str) -> impl Iterator<Item = &str> {
            text.split([' ', ',']).filter(|name| !name.is_empty())
        }
        fn bare(name: &str) -> &str {
            name.rsplit('/').next().unwrap_or(name)
        }
        let granted: Vec<&str> = names(&self.scope).map(bare).collect();
        if granted.is_empty() {
            return Vec::new();
        }
        let lacks = |name: &&str| !granted.iter().any(|granted| granted.eq_ignore_ascii_case(bare(name)));
        let asked = asked.iter().flat_map(|several| names(several));
        asked.filter(|name| !NO_PERMISSIONS.contains(name)).filter(lacks).collect()
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_in: Option<u64>,
    scope: Option<String>,
}

/// RFC 6749, 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
}

impl TokenEndpoint {
    pub(crate) fn new(http: Http, workspace: &Workspace, clock: Arc<dyn Clock>) -> Self {
        let oauth = &workspace.profile().oauth;
        let site = Arc::clone(&workspace.site);
        let url = site.url(oauth.address, &with_tenant(oauth.token_path, &site));
        let (address, verdict, shown) = (oauth.address, oauth.verdict, oauth.shown);
        Self { http, site, address, directory: None, url, verdict, shown, clock }
    }

    /// One that is no configured workspace's.
    #[cfg(test)]
    pub(super) fn anywhere(http: Http, site: Arc<Site>, url: Url, clock: Arc<dyn Clock>) -> Self {
        let (verdict, shown) = (None, Shown::InForm);
        Self { http, site, address: "", directory: None, url, verdict, shown, clock }
    }

    /// The same at another path.
    pub(crate) fn at(&self, path: &str) -> Self {
        Self { url: self.site.url(self.address, &with_tenant(path, &self.site)), ..self.clone() }
    }

    /// For calls to this workspace's addresses.
    pub(crate) fn http(&self) -> Http {
        self.http.clone()
    }

    /// The same for the app that the directory is read by; `None` while it is not configured.
    pub(crate) fn of_directory(&self, app: DirectoryApp) -> Option<Self> {
        let client_id = self.site.settings.get(app.client_id)?.clone();
        let client_secret = self.site.secrets.get(app.client_secret)?.clone();
        let site = Arc::new(Site { client_id, client_secret, ..Site::clone(&self.site) });
        Some(Self { site, directory: Some(app), ..self.clone() })
    }

    /// Exchanges the code that a browser brought back.
    pub(crate) async fn exchange(
        &self,
        code: &str,
        redirect: &str,
        verifier: Option<&SecretString>,
    ) -> Result<Tokened, CallError> {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect)];
        if let Some(verifier) = verifier {
            form.push(("code_verifier", verifier.expose_secret()));
        }
        // A code is good for one exchange: repeating it is refused and harms nothing.
        self.ask(form).await
    }

    /// Gets a new token for a refresh token.
    pub(crate) async fn refresh(&self, refresh: &SecretString) -> Result<Tokened, CallError> {
        self.ask(vec![("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())]).await
    }

    /// Gets the app's own token.
    pub(crate) async fn app(&self, scope: &str) -> Result<Tokened, CallError> {
        match self.directory {
            None => {
                let mut form = vec![("grant_type", "client_credentials")];
                // RFC 6749, 3.3: it may be left out, and must not be empty.
                form.extend(Some(("scope", scope)).filter(|(_, scope)| !scope.is_empty()));
                self.ask(form).await
            }
            Some(app) => {
                let tenant = self.site.tenant.as_deref().unwrap_or_default();
                self.ask(vec![("grant_type", app.grant_type), (app.tenant, tenant)]).await
            }
        }
    }

    async fn ask(&self, mut form: Vec<(&str, &str)>) -> Result<Tokened, CallError> {
        let (id, secret) = (self.site.client_id.as_str(), self.site.client_secret.expose_secret());
        let mut headers = HeaderMap::new();
        match self.shown {
            Shown::InForm => form.extend([("client_id", id), ("client_secret", secret)]),
            Shown::InHeader => {
                headers.insert(header::AUTHORIZATION, basic(id, secret)?);
            }
        }
        let call = Call::new(Method::POST, self.url.clone()).form(&form).effect(Effect::Repeatable);
        let call = Call { headers, verdict: self.verdict, ..call };
        let answer: Answer =
            self.http.send(call, None).await.map_err(|failure| self.refusal(failure))?.json()?;
        let now = self.clock.now();
        let expires_at = answer.expires_in.map(|seconds| now.plus(Duration::from_secs(seconds)));
        let scope = answer.scope.unwrap_or_default();
        Ok(Tokened { access: answer.access_token, refresh: answer.refresh_token, expires_at, scope })
    }

    /// What a refusal means. One of the app says nothing about what was asked for with its secret: a secret that has
    /// expired must cost nobody their consent.
    fn refusal(&self, failure: Failure) -> CallError {
        let refusal: Option<Refusal> = serde_json::from_slice(&failure.body).ok();
        match refusal.and_then(|refusal| refusal.error).as_deref() {
            Some("invalid_client" | "unauthorized_client") => {
                tracing::error!(workspace = %self.site.workspace.id, "the platform refuses the app's id or secret");
                CallError::Retry { after: None }
            }
            // What stands in front of the endpoint, or an address that is wrong, says nothing about a consent either. RFC 6749,
            // 5.2, knows 400 and 401.
            _ => match failure.status.map(|status| status.as_u16()) {
                Some(402..=499) if refused(&failure.error) => {
                    tracing::error!(workspace = %self.site.workspace.id, "no answer as of a token endpoint");
                    CallError::Retry { after: None }
                }
                _ => failure.error,
            },
        }
    }
}

/// RFC 6749, 2.3.1: both as in a form, then as RFC 7617 has it.
fn basic(id: &str, secret: &str) -> Result<HeaderValue, CallError> {
    let written = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = STANDARD.encode(format!("{}:{}", written(id), written(secret)));
    let value = HeaderValue::try_from(format!("Basic {credentials}"));
    let mut value = value.map_err(|_| CallError::Reject("unsendable".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A path with the organisation's id filled in.
pub(crate) fn with_tenant(path: &str, site: &Site) -> String {
    path.replace("{tenant}", site.tenant.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_granted_is_named_however_vendors_write_it() {
        let lacks = |granted: &str, asked: &'static [&'static str]| {
            let tokened =
                Tokened { access: "x".into(), refresh: None, expires_at: None, scope: granted.to_owned() };
            tokened.lacks(asked)
        };
        assert!(lacks("", &["a", "b"]).is_empty(), "as it was asked for");
        assert_eq!(lacks("b c", &["a", "b"]), ["a"]);
        assert_eq!(lacks("chat:write,im:history", &["chat:write,im:history,im:read"]), ["im:read"]);
        let graph = &["offline_access", "openid", "profile", "User.Read", "Chat.ReadWrite"];
        assert!(lacks("https://graph.example/Chat.ReadWrite user.read", graph).is_empty());
        assert_eq!(lacks("User.Read profile openid", graph), ["Chat.ReadWrite"]);
    }
}
