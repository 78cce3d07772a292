//! A vendor that takes every refresh token once, and everything that can come between its answer and our store.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex as Plain, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use entente_model::{Timestamp, WorkspaceRef};
use entente_platform::{Http, InProcess, Limiter, Site};
use entente_store::{Listening, Memory, PendingGrant, StoreError};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::*;
use crate::clock::RunningClock;
use crate::keeper::kept::Kept;

/// What comes of the next calls. Then they go well.
#[derive(Clone, Copy)]
enum Call {
    /// Something between us and the vendor answers.
    Wall,
    Well,
    /// It is done, and the answer never comes.
    Silent,
    /// Nothing is done, and no answer comes.
    Lost,
    /// The app's secret has expired.
    App,
}

/// The vendor: which refresh token is good, how many there were, and how often it was asked.
#[derive(Clone)]
struct Vendor(Arc<Plain<Books>>);

struct Books {
    good: u64,
    asked: u64,
    calls: VecDeque<Call>,
}

impl Vendor {
    fn books(&self) -> std::sync::MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> u64 {
        self.books().asked
    }

    fn will(&self, calls: impl IntoIterator<Item = Call>) {
        self.books().calls.extend(calls);
    }
}

async fn token(State(vendor): State<Vendor>, Form(form): Form<Vec<(String, String)>>) -> Response {
    // An answer takes a while, so that others come in between.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let call = {
        let mut books = vendor.books();
        books.asked += 1;
        books.calls.pop_front().unwrap_or(Call::Well)
    };
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    match call {
        Call::App => return refused("invalid_client"),
        Call::Lost => return StatusCode::BAD_GATEWAY.into_response(),
        Call::Wall => return (StatusCode::FORBIDDEN, "<h1>Blocked</h1>").into_response(),
        Call::Well | Call::Silent => {}
    }
    let new = {
        let mut books = vendor.books();
        let given = form.iter().find(|(name, _)| name == "refresh_token").map(|(_, value)| value.as_str());
        if given != Some(&format!("refresh-{}", books.good)) {
            return refused("invalid_grant");
        }
        books.good += 1;
        books.good
    };
    if matches!(call, Call::Silent) {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
    let (access, refresh) = (format!("access-{new}"), format!("refresh-{new}"));
    Json(json!({"access_token": access, "refresh_token": refresh, "expires_in": 3600})).into_response()
}

/// What outlives a process.
struct World {
    vendor: Vendor,
    memory: Memory,
    clock: Arc<dyn Clock>,
    login: LoginId,
}

/// One process.
struct Process {
    store: Arc<Shaky>,
    held: Held,
    renewals: TaskTracker,
    changed: watch::Sender<()>,
}

impl World {
    /// A login whose token has just been given.
    async fn new() -> Self {
        let vendor = Vendor(Arc::new(Plain::new(Books { good: 1, asked: 0, calls: VecDeque::new() })));
        let clock: Arc<dyn Clock> = Arc::new(RunningClock::starting_at(Timestamp(0)));
        let world = Self { vendor, memory: Memory::new(), clock, login: LoginId(uuid::Uuid::from_u128(1)) };
        world.consent(1).await;
        world
    }

    /// Somebody gives tokens of this generation, the vendor's first or later ones.
    async fn consent(&self, generation: u64) {
        let good = self.vendor.books().good;
        let secret = LoginSecret {
            access: format!("access-{good}").into(),
            refresh: Some(format!("refresh-{good}").into()),
            expires_at: Some(self.clock.now().plus(Duration::from_hours(1))),
            generation,
        };
        let login = Login {
            id: self.login,
            workspace: workspace(),
            kind: "account".to_owned(),
            person: None,
            account: None,
            secret: Some(secret),
            state: LoginState::Active,
        };
        self.memory.save_login(&login).await.unwrap();
    }

    fn process(&self) -> Process {
        let store = Arc::new(Shaky { inner: self.memory.clone(), fails: AtomicU32::new(0) });
        Process {
            store,
            held: Held::default(),
            renewals: TaskTracker::new(),
            changed: watch::Sender::new(()),
        }
    }

    fn ring(&self, process: &Process) -> StoredRing {
        let transport = InProcess::default();
        transport.register(
            "vendor.example",
            Router::new().route("/token", post(token)).with_state(self.vendor.clone()),
        );
        let site = Arc::new(Site {
            workspace: workspace(),
            addresses: [("main".to_owned(), "http://vendor.example".parse().unwrap())].into(),
            tenant: None,
            client_id: "entente".to_owned(),
            client_secret: "secret".to_owned().into(),
            secrets: [].into(),
            settings: [].into(),
        });
        let http = Http::new(Arc::new(transport), Arc::new(Limiter::new(1.0)), Duration::from_secs(10));
        let url = "http://vendor.example/token".parse().unwrap();
        let http = http.within(&site);
        let endpoint = Arc::new(TokenEndpoint::anywhere(http, site, url, Arc::clone(&self.clock)));
        let store: Arc<dyn Logins> = Arc::<Shaky>::clone(&process.store);
        let (held, changed) = (Arc::clone(&process.held), process.changed.clone());
        let (clock, renewals) = (Arc::clone(&self.clock), process.renewals.clone());
        StoredRing::new(self.login, store, endpoint, clock, changed, held, renewals)
    }

    async fn stored(&self) -> (String, u64, LoginState) {
        let login = self.memory.login(self.login).await.unwrap().unwrap();
        let secret = login.secret.unwrap();
        (secret.access.expose_secret().to_owned(), secret.generation, login.state)
    }

    /// Until the token that was given last is about to end.
    async fn hours_pass(&self) {
        tokio::time::sleep(Duration::from_mins(58)).await;
    }
}

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "north".into(), id: "north".into() }
}

/// A store that can fail to take new tokens.
struct Shaky {
    inner: Memory,
    fails: AtomicU32,
}

/// Hands methods on.
macro_rules! hand_on {
    ($(fn $method:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        #[async_trait]
        impl Logins for Shaky {
            $(async fn $method(&self, $($argument: $type),*) -> Result<$result, StoreError> {
                self.inner.$method($($argument),*).await
            })*

            async fn renew(&self, id: LoginId, from: u64, secret: &LoginSecret) -> Result<bool, StoreError> {
                let left = self.fails.load(Ordering::SeqCst);
                if left > 0 {
                    self.fails.store(left - 1, Ordering::SeqCst);
                    return Err(StoreError::Inconsistent { table: "login", column: "secret" });
                }
                self.inner.renew(id, from, secret).await
            }
        }
    };
}

hand_on! {
    fn save_login(login: &Login) -> ();
    fn login(id: LoginId) -> Option<Login>;
    fn logins(workspace: Option<&WorkspaceRef>) -> Vec<Login>;
    fn set_login_state(id: LoginId, state: LoginState) -> ();
    fn save_grant(grant: &PendingGrant) -> ();
    fn grant(state: &[u8; 32], now: Timestamp) -> Option<PendingGrant>;
    fn take_grant(state: &[u8; 32], now: Timestamp) -> Option<PendingGrant>;
    fn redeem(invitation: &[u8; 32], login: &Login, now: Timestamp) -> bool;
    fn save_listening(login: LoginId, listening: &Listening) -> ();
    fn listening() -> Vec<(LoginId, Listening)>;
}

async fn token_of(ring: &StoredRing) -> Result<String, CallError> {
    ring.access().await.map(|access| access.token.expose_secret().to_owned())
}

const LATER: CallError = CallError::Retry { after: None };

#[tokio::test(start_paused = true)]
async fn everybody_who_acts_as_a_login_shares_one_renewal() {
    let world = World::new().await;
    let process = world.process();
    world.hours_pass().await;
    let rings = [world.ring(&process), world.ring(&process)];
    let all = tokio::join!(
        rings[0].access(),
        rings[1].access(),
        rings[0].access(),
        // Somebody whose call was refused at the same moment.
        async {
            let old = Access { token: "access-1".to_owned().into(), generation: 1 };
            rings[1].refused(&old).await
        },
    );
    for access in [all.0, all.1, all.2, all.3] {
        assert_eq!(access.unwrap().token.expose_secret(), "access-2");
    }
    assert_eq!(world.vendor.asked(), 1);
    assert_eq!(world.stored().await, ("access-2".to_owned(), 2, LoginState::Active));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_outlives_whoever_waits_for_it() {
    let world = World::new().await;
    let process = world.process();
    world.hours_pass().await;
    let ring = world.ring(&process);
    let gave_up = tokio::time::timeout(Duration::from_millis(100), ring.access()).await;
    assert!(gave_up.is_err());
    process.renewals.close();
    process.renewals.wait().await;
    assert_eq!(world.stored().await.0, "access-2");
    assert_eq!(token_of(&ring).await.unwrap(), "access-2");
    assert_eq!(world.vendor.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_a_lost_consent_and_is_asked_for_no_more() {
    let world = World::new().await;
    let process = world.process();
    world.hours_pass().await;
    world.vendor.will([Call::Silent]);
    let ring = world.ring(&process);
    assert_eq!(token_of(&ring).await, Err(LATER), "it may as well have had no effect");
    assert_eq!(world.stored().await.2, LoginState::Active);
    let changed = process.changed.subscribe();
    assert_eq!(token_of(&ring).await, Err(CallError::Reauthorize));
    assert!(changed.has_changed().unwrap(), "the reconcilers are told");
    assert_eq!(world.stored().await.2, LoginState::Refused);
    for _ in 0..5 {
        assert_eq!(token_of(&ring).await, Err(CallError::Reauthorize));
        assert_eq!(token_of(&world.ring(&world.process())).await, Err(CallError::Reauthorize));
    }
    assert_eq!(world.vendor.asked(), 2, "nobody asks again and again");
    world.consent(2).await;
    let again = world.ring(&world.process());
    assert_eq!(token_of(&again).await.unwrap(), "access-2");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_came_about_costs_nothing() {
    let world = World::new().await;
    let process = world.process();
    world.hours_pass().await;
    world.vendor.will([Call::Lost, Call::App, Call::Wall, Call::Lost]);
    let ring = world.ring(&process);
    for _ in 0..4 {
        assert_eq!(token_of(&ring).await, Err(LATER));
    }
    assert_eq!(token_of(&ring).await.unwrap(), "access-2");
    assert_eq!(
        world.stored().await.2,
        LoginState::Active,
        "neither an app's expired secret nor a wall in between is anybody's lost consent"
    );
}

#[tokio::test(start_paused = true)]
async fn dying_between_the_answer_and_the_store_is_a_lost_consent_after_the_next_start() {
    let world = World::new().await;
    world.hours_pass().await;
    let process = world.process();
    process.store.fails.store(u32::MAX, Ordering::SeqCst);
    assert_eq!(token_of(&world.ring(&process)).await, Err(LATER));
    assert_eq!(world.stored().await, ("access-1".to_owned(), 1, LoginState::Active));
    // The process ends here, with the only good token in its memory.
    let process = world.process();
    let ring = world.ring(&process);
    assert_eq!(token_of(&ring).await, Err(CallError::Reauthorize));
    assert_eq!(world.stored().await.2, LoginState::Refused);
    assert_eq!(token_of(&ring).await, Err(CallError::Reauthorize));
    assert_eq!(world.vendor.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_stored_is_stored_later_and_used_by_nobody_before() {
    let world = World::new().await;
    world.hours_pass().await;
    let process = world.process();
    let ring = world.ring(&process);
    for fails in [1, 2] {
        process.store.fails.store(fails, Ordering::SeqCst);
        token_of(&ring).await.expect("the store comes back soon");
        world.hours_pass().await;
    }
    assert_eq!((world.stored().await.1, world.vendor.asked()), (3, 2));
    process.store.fails.store(4, Ordering::SeqCst);
    assert_eq!(token_of(&ring).await, Err(LATER));
    assert_eq!(token_of(&world.ring(&process)).await.unwrap(), "access-4", "whoever comes next stores it");
    assert_eq!((world.stored().await.1, world.vendor.asked()), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn nobody_replaces_tokens_in_the_middle_of_a_renewal() {
    let world = World::new().await;
    let process = world.process();
    world.hours_pass().await;
    let ring = world.ring(&process);
    let consent = async {
        // The renewal has begun by now.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let still = Still::new(Arc::clone(&process.held).lock_owned().await);
        assert_eq!(world.stored().await.1, 2, "the renewal was waited for");
        world.consent(3).await;
        drop(still);
    };
    let (renewed, ()) = tokio::join!(token_of(&ring), consent);
    assert_eq!(renewed.unwrap(), "access-2");
    assert_eq!(ring.access().await.unwrap().generation, 3);
}

#[tokio::test]
async fn nothing_is_forgotten_that_the_store_does_not_know() {
    let world = World::new().await;
    let secret = world.memory.login(world.login).await.unwrap().unwrap().secret;
    let (stored, unstored) = (world.login, LoginId(uuid::Uuid::from_u128(2)));
    let kept = Kept::default();
    kept.held(stored).lock().await.stored = secret.clone();
    kept.held(unstored).lock().await.unstored = secret;
    let used = kept.held(stored);
    kept.sweep(Timestamp(0).plus(Duration::from_hours(1)));
    assert!(kept.held(stored).lock().await.stored.is_some(), "somebody acts with it");
    drop(used);
    kept.sweep(Timestamp(0).plus(Duration::from_hours(2)));
    assert!(kept.held(stored).lock().await.stored.is_none(), "nobody has acted with it for a while");
    assert!(kept.held(unstored).lock().await.unstored.is_some(), "nobody else has it");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_ended_because_others_were_given_cost_nobody_the_others() {
    let world = World::new().await;
    let process = world.process();
    world.hours_pass().await;
    let ring = world.ring(&process);
    let consent = async {
        // The vendor ends the older tokens with the newer consent, while they are on their way to it.
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.vendor.books().good = 2;
        world.consent(2).await;
    };
    let (renewed, ()) = tokio::join!(token_of(&ring), consent);
    assert_eq!(renewed.unwrap(), "access-2");
    assert_eq!(world.stored().await.2, LoginState::Active);
}
