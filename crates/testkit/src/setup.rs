//! From an empty product to a synced organisation, as an administrator would do it: apps registered on the vendors'
//! side, consent given in simulated browsers, people imported, matched and applied, bots made. No row is written behind
//! the product's back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use entente_engine::Engine;
use entente_engine::people::PrimaryRule;
use entente_model::{PersonId, StandInState, WorkspaceId, WorkspaceRef};
use entente_platform::{LoginKind, Platform, Site};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;

use crate::gate::Gate;
use crate::place::Place;
use crate::world::{PRODUCT, World};

mod slack;
mod zoom;

/// The name of the workspace on Webex.
pub const WEBEX_WORKSPACE: &str = "acme-webex";
/// The name of the workspace on Teams.
pub const TEAMS_WORKSPACE: &str = "acme-teams";

/// The address of the account that belongs to nobody.
pub const LISTENER: &str = "listener@acme.example";

impl World {
    /// A world whose organisation is synced and whose product runs.
    ///
    /// # Panics
    /// When any step is refused.
    pub async fn synced(setup: crate::options::Setup) -> Self {
        let mut world = Self::new(setup);
        world.sync().await;
        world.start(None, false).await;
        world.listening().await;
        world
    }

    /// Connects all workspaces and syncs everybody; the product does not run afterwards.
    ///
    /// # Panics
    /// When any step is refused.
    pub async fn sync(&mut self) {
        self.sites = Vec::new();
        for place in self.setup.places.clone() {
            let site = match place {
                Place::Webex => self.connect_webex().await,
                Place::Teams => self.connect_teams().await,
                Place::Slack => self.connect_slack().await,
                Place::Zoom => self.connect_zoom().await,
            };
            self.sites.push(site);
        }
        let engine = self.engine(&Arc::new(Gate::new(None, None))).await;
        for place in self.setup.places.clone() {
            let workspace = WorkspaceId::from(place.workspace());
            match place {
                Place::Webex => self.administer(&engine, place, &self.webex_admin().await).await,
                Place::Teams => {}
                Place::Slack => self.install_slack(&engine).await,
                Place::Zoom => self.install_zoom(&engine).await,
            }
            engine.ensure_app(&workspace).await.expect("the app can be made");
        }
        engine.import(None).await.expect("directories can be read");
        self.represent(&engine).await;
        // Keys that are fetched in the background; without them the first reports would have to be sent again.
        self.store.restarted();
    }

    /// Somebody lets the product read the directory as an administrator.
    async fn administer(&self, engine: &Engine, place: Place, email: &str) {
        let workspace = WorkspaceId::from(place.workspace());
        consent(engine, &self.router(place), &workspace, LoginKind::Admin, None, email).await;
    }

    /// Plans and applies, makes the bots, and has everybody give the consents that are wanted then.
    ///
    /// # Panics
    /// When any step is refused.
    pub async fn represent(&self, engine: &Engine) {
        let plan = engine.plan(&self.rules()).await.expect("a plan can be made");
        engine.apply(&plan.digest).await.expect("the plan can be applied");
        loop {
            let provisioned = engine.provision().await.expect("stand-ins can be made");
            if provisioned.left == 0 {
                break;
            }
            tokio::time::sleep(provisioned.again.unwrap_or(Duration::from_secs(1))).await;
        }
        for represented in engine.store().people().await.expect("the store answers") {
            let person = represented.person;
            let waits = |s: &&entente_model::StandIn| s.state == StandInState::AwaitingConsent;
            for stand_in in represented.stand_ins.iter().filter(waits) {
                let at = &stand_in.workspace.id;
                let place = self.setup.places.iter().find(|place| place.workspace() == at.as_str());
                let platform = self.router(*place.expect("a workspace of this world"));
                consent(engine, &platform, at, LoginKind::Account, Some(person.id), &person.email).await;
            }
        }
    }

    /// Somebody gives the consent again that the running product acts by on a platform.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn represent_again(&self, email: &str, place: Place) {
        let engine = self.running();
        let known =
            engine.store().person_by_email(email).await.expect("the store answers").expect("a person");
        let workspace = WorkspaceId::from(place.workspace());
        let person = Some(known.person.id);
        consent(engine, &self.router(place), &workspace, LoginKind::Account, person, email).await;
    }

    /// An account of nobody's is made on a platform, and lets the product hear where it is a member. Its id there. On Teams it
    /// must be one of the setup's people, of whom it is made.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_listener(&self, place: Place) -> String {
        let email = LISTENER;
        let made = if place == Place::Teams {
            // Nobody is added to its directory by hand.
            self.control(place, "/_sim/people", json!({"person": email, "licensed": true})).await
        } else {
            self.control(place, "/_sim/people", json!({"name": "Entente Listener", "email": email})).await
        };
        let engine = self.running();
        let workspace = WorkspaceId::from(place.workspace());
        consent(engine, &self.router(place), &workspace, LoginKind::Listener, None, email).await;
        made["id"].as_str().expect("the account has an id").to_owned()
    }

    /// The account of the Entente app on a platform; `None` where it has none that could be in a channel.
    ///
    /// # Panics
    /// When the store fails; the memory store does not.
    pub async fn app_at(&self, place: Place) -> Option<String> {
        use entente_store::Logins as _;
        let logins = self.store.logins(None).await.expect("the memory store answers");
        let app = logins
            .into_iter()
            .find(|login| login.kind == "app" && login.workspace.id.as_str() == place.workspace());
        Some(app?.account?.id.as_str().to_owned())
    }

    /// Who works where. Only engineers are on Webex; departments are told by Teams and Zoom, and where neither is connected
    /// only one choice is left.
    fn rules(&self) -> Vec<PrimaryRule> {
        let mut places = self.setup.places.clone();
        // The last rule is for whoever no other is for.
        places.sort_by_key(|place| (*place == Place::Teams, *place));
        let last = places.len().saturating_sub(1);
        let rule = |(index, place): (usize, &Place)| {
            let anybody = *place == Place::Webex || index == last;
            let department = (!anybody).then(|| place.department().to_owned());
            PrimaryRule { workspace: place.workspace().into(), department }
        };
        places.iter().enumerate().map(rule).collect()
    }

    /// Waits until every login that should hear does.
    ///
    /// # Panics
    /// When that does not come about.
    pub async fn listening(&self) {
        use entente_store::Logins as _;
        for _ in 0..600 {
            let logins = self.store.logins(None).await.expect("the memory store answers");
            let ears = logins.iter().filter(|login| login.kind != "admin").count();
            let heard = self.store.listening().await.expect("the memory store answers");
            if heard.iter().filter(|(_, listening)| listening.error.is_none()).count() >= ears {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let all = self.setup.places.iter().flat_map(|place| self.ledger(*place).read(0, usize::MAX));
        let refused: Vec<_> = all.filter(|entry| entry.status >= 400).collect();
        panic!("not every login is listened to: {:?}\n{refused:?}", self.store.listening().await);
    }

    async fn webex_admin(&self) -> String {
        let people = self.look(Place::Webex, "/_sim/people?bots=false").await;
        let admin = people["items"].as_array().and_then(|all| all.iter().find(|p| p["admin"] == true));
        admin.and_then(|admin| admin["email"].as_str()).expect("there is an administrator").to_owned()
    }

    async fn connect_webex(&self) -> Site {
        let app = json!({"name": "Entente", "redirect_uris": [format!("http://{PRODUCT}/oauth/callback")]});
        let app = self.control(Place::Webex, "/_sim/apps", app).await;
        let addresses = [("api", format!("http://{}/v1", Place::Webex.authority()))];
        site(&entente_platform_webex::Webex, WEBEX_WORKSPACE, &app, &addresses)
    }

    async fn connect_teams(&self) -> Site {
        let app = json!({
            "name": "Entente",
            "redirect_uris": [format!("http://{PRODUCT}/oauth/callback")],
            "bot_endpoint": format!("http://{PRODUCT}/hooks/teams/{TEAMS_WORKSPACE}/messages"),
            "admin_consent": true,
            "installed_for_all": true,
            "announce": false,
        });
        let app = self.control(Place::Teams, "/_sim/apps", app).await;
        let base = format!("http://{}", Place::Teams.authority());
        let addresses = [
            ("graph", format!("{base}/v1.0")),
            ("login", base.clone()),
            ("bot", format!("{base}/amer")),
            ("bot_metadata", base.clone()),
            ("files", base.clone()),
        ];
        site(&entente_platform_teams::Teams, TEAMS_WORKSPACE, &app, &addresses)
    }
}

fn site(platform: &dyn Platform, name: &str, app: &Value, addresses: &[(&str, String)]) -> Site {
    let text = |key: &str| app[key].as_str().unwrap_or_default().to_owned();
    let addresses: BTreeMap<String, Url> = addresses
        .iter()
        .map(|(key, url)| ((*key).to_owned(), url.parse().expect("a fixed address")))
        .collect();
    Site {
        workspace: WorkspaceRef { platform: platform.id(), id: name.into() },
        addresses,
        tenant: app["tenant"].as_str().map(str::to_owned),
        client_id: text("client_id"),
        client_secret: text("client_secret").into(),
        secrets: [].into(),
        settings: [].into(),
    }
}

/// Somebody gives consent in a browser: follows the link, approves, and is sent back.
async fn consent(
    engine: &Engine,
    platform: &Router,
    workspace: &WorkspaceId,
    kind: LoginKind,
    person: Option<PersonId>,
    email: &str,
) {
    let mut url = engine.begin_grant(workspace, kind, person, "browser").await.expect("a consent can begin");
    let standing = json!({"person": email, "answer": "approve"});
    let authority = url.authority().to_owned();
    call(platform, &authority, "POST", "/_sim/consent", None, Some(standing)).await;
    url.query_pairs_mut().append_pair("login_hint", email);
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let request = Request::get(format!("http://{authority}{path}")).header(header::HOST, &authority);
    let answer =
        platform.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let back = answer.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let back: Url =
        back.unwrap_or_else(|| panic!("no redirect: {}", answer.status())).parse().expect("an address");
    let query: BTreeMap<String, String> = back.query_pairs().into_owned().collect();
    let code = query.get("code").unwrap_or_else(|| panic!("no code: {query:?}"));
    engine.finish_grant(&query["state"], "browser", Ok(code)).await.expect("the consent is accepted");
}

/// Calls a simulator as anybody.
///
/// # Panics
/// When the request cannot be made.
pub async fn call(
    router: &Router,
    authority: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(format!("http://{authority}{path}"));
    request = request.header(header::HOST, authority);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = match body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    let request = request.body(body).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("routers do not fail");
    (answer.status(), json_of(answer).await)
}

/// The body of an answer, if it is JSON.
async fn json_of(answer: axum::response::Response) -> Value {
    let bytes =
        answer.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}
