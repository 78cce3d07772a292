//! What the made-up vendors remember: people, bots, tokens, codes. Outlives processes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entente_model::{Account, AccountRef, CallError, WorkspaceRef};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::platform::{BOT_DOMAIN, SECRET};

/// How the next attempts to make a bot end. Then they succeed.
#[derive(Debug, Clone)]
pub(crate) enum Making {
    /// The bot is made.
    Well,
    /// The bot is made, and nobody learns of it.
    Silently,
    /// The bot is made, and shows itself only after it was looked for so often.
    Late(usize),
    /// Nothing is made, and that is not known.
    Lost,
    /// Fails so.
    Fails(CallError),
    /// Refused for good.
    Refused,
}

/// One vendor.
#[derive(Clone)]
pub(crate) struct Vendor(Arc<Mutex<Books>>);

pub(crate) struct Books {
    workspace: WorkspaceRef,
    /// The directory, bots left out.
    pub(crate) listed: Vec<Account>,
    /// The ids of those who may list the directory.
    pub(crate) admins: Vec<String>,
    /// By address: the account, its token, and for how many more looks it is hidden.
    pub(crate) bots: BTreeMap<String, Bot>,
    /// Addresses of bots that others made.
    pub(crate) foreign: Vec<String>,
    /// Whether addresses of bots may have dots.
    pub(crate) dots: bool,
    /// How the next bots are made.
    pub(crate) making: VecDeque<Making>,
    /// Whether lost tokens can be renewed.
    pub(crate) renews: bool,
    /// What the next tokens are good for, if that is said.
    pub(crate) grants: Option<&'static str>,
    /// How often a bot was asked for.
    pub(crate) asked: usize,
    /// Accounts by token.
    tokens: HashMap<String, AccountRef>,
    codes: HashMap<String, Code>,
    count: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Bot {
    pub(crate) account: Account,
    pub(crate) token: String,
    pub(crate) hidden: usize,
}

struct Code {
    account: AccountRef,
    redirect: String,
    challenge: Option<String>,
}

impl Vendor {
    pub(crate) fn new(workspace: WorkspaceRef) -> Self {
        let books = Books {
            workspace,
            listed: Vec::new(),
            admins: vec!["admin".to_owned()],
            bots: BTreeMap::new(),
            foreign: Vec::new(),
            dots: true,
            making: VecDeque::new(),
            renews: true,
            grants: None,
            asked: 0,
            tokens: HashMap::new(),
            codes: HashMap::new(),
            count: 0,
        };
        let vendor = Self(Arc::new(Mutex::new(books)));
        vendor.hire("Iris Admin", "iris@acme.example", "administration");
        vendor.books().listed[0].account.id = "admin".into();
        vendor
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn workspace(&self) -> WorkspaceRef {
        self.books().workspace.clone()
    }

    /// Somebody gets an account, whose id is the local part of the address.
    pub(crate) fn hire(&self, name: &str, email: &str, department: &str) {
        let mut books = self.books();
        let id = email.split('@').next().unwrap_or_default();
        let account = Account {
            account: AccountRef { workspace: books.workspace.clone(), id: id.into() },
            name: name.to_owned(),
            // Directories write addresses as they like.
            email: if books.workspace.id.as_str() == "north" {
                email.to_uppercase()
            } else {
                email.to_owned()
            },
            bot: false,
            active: true,
            picture: Some(format!("https://pictures.example/{id}")),
            department: Some(department.to_owned()),
        };
        books.listed.push(account);
    }

    /// Somebody consents at `url` with an account; what the browser brings back: state and code.
    pub(crate) fn consent(&self, url: &Url, account: &str) -> (String, String) {
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], "entente");
        let mut books = self.books();
        books.count += 1;
        let code = format!("code-{}", books.count);
        let account = AccountRef { workspace: books.workspace.clone(), id: account.into() };
        let redirect = query["redirect_uri"].clone();
        let challenge = query.get("code_challenge").cloned();
        books.codes.insert(code.clone(), Code { account, redirect, challenge });
        (query["state"].clone(), code)
    }

    /// Whose token it is.
    pub(crate) fn account_of(&self, token: &str) -> Option<Account> {
        let books = self.books();
        if let Some(bot) = books.bots.values().find(|bot| bot.token == token) {
            return Some(bot.account.clone());
        }
        let account = books.tokens.get(token)?;
        books.listed.iter().find(|listed| listed.account == *account).cloned()
    }

    /// The bot exists from now on; its token.
    pub(crate) fn make(&self, name: &str, address: &str) -> String {
        let mut books = self.books();
        books.count += 1;
        let token = format!("bot-{}", books.count);
        let account = AccountRef { workspace: books.workspace.clone(), id: format!("bot:{address}").into() };
        let account = Account {
            account,
            name: name.to_owned(),
            email: address.to_owned(),
            bot: true,
            active: true,
            picture: None,
            department: None,
        };
        assert!(address.ends_with(&format!("@{BOT_DOMAIN}")), "{address}");
        let before = books.bots.insert(address.to_owned(), Bot { account, token: token.clone(), hidden: 0 });
        assert!(before.is_none(), "addresses are unique");
        token
    }

    /// The bot's old token ends; its new one.
    pub(crate) fn renew(&self, address: &str) -> Option<String> {
        let mut books = self.books();
        books.count += 1;
        let token = format!("bot-{}", books.count);
        books.bots.get_mut(address).map(|bot| {
            bot.token.clone_from(&token);
            token
        })
    }

    /// The token endpoint.
    pub(crate) fn router(&self) -> Router {
        Router::new().route("/token", post(token)).with_state(self.clone())
    }
}

async fn token(
    State(vendor): State<Vendor>,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<serde_json::Value>) {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
    let given = |name: &str| form.get(name).map_or("", String::as_str);
    if given("client_id") != "entente" || given("client_secret") != SECRET {
        return refused("invalid_client");
    }
    let mut books = vendor.books();
    books.count += 1;
    let token = format!("token-{}", books.count);
    if given("grant_type") == "authorization_code" {
        // A code is good once.
        let Some(code) = books.codes.remove(given("code")) else { return refused("invalid_grant") };
        let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(given("code_verifier")));
        if code.redirect != given("redirect_uri")
            || code.challenge.is_some_and(|challenge| challenge != proof)
        {
            return refused("invalid_grant");
        }
        books.tokens.insert(token.clone(), code.account);
    }
    let mut answer = json!({ "access_token": token, "refresh_token": "refresh", "expires_in": 3600 });
    if let Some(scope) = books.grants {
        answer["scope"] = scope.into();
    }
    (StatusCode::OK, Json(answer))
}
