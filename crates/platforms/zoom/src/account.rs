//! Tokens of the account: a Server-to-Server OAuth app has no person who consents, asks with its own secret for the account
//! that it belongs to, and asks again when a token ends ("Server-to-Server OAuth": several tokens are good at once, and none
//! is renewed). The WebSocket is for such apps ("Using `WebSockets`").

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_model::CallError;
use entente_platform::{Access, Call, Effect, Http, Site, Tokens};
use http::{HeaderValue, Method, header};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use crate::profile::{DIRECTORY_ID, DIRECTORY_SECRET, LOGIN};
use crate::wire::token::Token;

/// A token that ends sooner than this is not used any more.
const AHEAD: Duration = Duration::from_mins(5);

/// The tokens of one account.
pub(crate) struct AccountTokens {
    http: Http,
    url: Url,
    /// Basic credentials: "OAuth 2.0", the only form that is described.
    authorization: HeaderValue,
    account_id: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// How often one was asked for.
    count: u64,
    token: Option<(SecretString, Instant)>,
}

impl AccountTokens {
    /// With the app that the operator made for the account, if there is one.
    pub(crate) fn new(site: &Site, http: Http) -> Option<Arc<dyn Tokens>> {
        let id = site.secrets.get(DIRECTORY_ID)?.expose_secret();
        let secret = site.secrets.get(DIRECTORY_SECRET)?.expose_secret();
        let credentials = STANDARD.encode(format!("{id}:{secret}"));
        let mut authorization = HeaderValue::try_from(format!("Basic {credentials}")).ok()?;
        authorization.set_sensitive(true);
        let account_id = site.tenant.clone().unwrap_or_default();
        let url = site.url(LOGIN, "/oauth/token");
        Some(Arc::new(Self { http, url, authorization, account_id, held: Mutex::default() }))
    }

    async fn ask(&self, held: &mut Held) -> Result<Access, CallError> {
        let form = [("grant_type", "account_credentials"), ("account_id", self.account_id.as_str())];
        let mut call = Call::new(Method::POST, self.url.clone()).form(&form).effect(Effect::Repeatable);
        call.headers.insert(header::AUTHORIZATION, self.authorization.clone());
        let asked = Instant::now();
        let answer = self.http.send(call, None).await?;
        let again = CallError::Retry { after: None };
        let given: Token = serde_json::from_slice(&answer.body).map_err(|_| again)?;
        held.count += 1;
        let until = asked + Duration::from_secs(given.expires_in);
        let access = Access { token: given.access_token.clone(), generation: held.count };
        held.token = Some((given.access_token, until));
        Ok(access)
    }
}

#[async_trait]
impl Tokens for AccountTokens {
    async fn access(&self) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        match &held.token {
            Some((token, until)) if *until > Instant::now() + AHEAD => {
                Ok(Access { token: token.clone(), generation: held.count })
            }
            _ => self.ask(&mut held).await,
        }
    }

    async fn refused(&self, old: &Access) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        match &held.token {
            Some((token, _)) if held.count != old.generation => {
                Ok(Access { token: token.clone(), generation: held.count })
            }
            _ => self.ask(&mut held).await,
        }
    }
}
