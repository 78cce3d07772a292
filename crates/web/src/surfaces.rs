//! All surfaces put together, and what they share.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use entente_engine::Engine;
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;
use url::Url;

use crate::operator::Operator;
use crate::{api, guard, health, hooks, oauth, pages};

/// What the surfaces need beside the engine.
pub struct WebOptions {
    /// Where browsers and platforms reach us: scheme and host.
    pub public_address: Url,
    /// Who may do everything.
    pub operator: Operator,
}

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct Surfaces(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Arc<Engine>,
    pub(crate) operator: Operator,
    pub(crate) public_address: Url,
}

impl std::ops::Deref for Surfaces {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// An address of ours as others see it.
    pub(crate) fn address(&self, path: &str) -> String {
        let mut url = self.public_address.clone();
        url.set_path(path);
        url.into()
    }

    /// Whether browsers reach us with TLS, so that cookies can insist on it.
    pub(crate) fn is_https(&self) -> bool {
        self.public_address.scheme() == "https"
    }
}

/// How long a page or webhook may take with everything.
const SOON: Duration = Duration::from_secs(30);

/// How long an operator's command may take; a directory of ten thousand is read a page at a time, at the vendor's pace.
const LATER: Duration = Duration::from_mins(15);

/// The largest body outside of webhooks: a CSV of people.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Refuses what other sites' pages send. Browsers say where a request comes from; beside the host that was asked, the
/// public address counts as ours, because a proxy may have asked for us under another name.
fn own_pages_only(public_address: &Url) -> CsrfLayer {
    let origin = public_address.origin().ascii_serialization();
    CsrfLayer::new().add_trusted_origin(origin).unwrap_or_default()
}

/// Every surface of the product.
pub fn router(engine: Arc<Engine>, options: WebOptions) -> Router {
    let WebOptions { public_address, operator } = options;
    let surfaces = Surfaces(Arc::new(Inner { engine, operator, public_address }));
    let hooks = Router::new()
        .route("/hooks/{platform}/{workspace}/{channel}", post(hooks::receive))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, SOON));
    let people = Router::new()
        .route("/", get(pages::home::show))
        .route("/sign-in", post(pages::sign_in::with_token))
        .route("/sign-in/{code}", get(pages::sign_in::with_link))
        .route("/sign-out", post(pages::sign_in::out))
        .route("/lanes/{id}/release", post(pages::release::run))
        .route("/static/entente.css", get(pages::style))
        .route("/static/entente.svg", get(pages::icon))
        .route("/favicon.ico", get(pages::icon))
        .route("/connect/{token}", get(oauth::ask).post(oauth::connect))
        .route("/oauth/start/{workspace}", get(oauth::start))
        .route("/oauth/callback", get(oauth::callback))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, SOON))
        .layer(own_pages_only(&surfaces.public_address));
    let api = Router::new()
        .nest("/api/v1", api::router(&surfaces))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LATER));
    Router::new()
        .merge(people)
        .merge(api)
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(hooks)
        .with_state(surfaces)
        .layer(axum::middleware::from_fn(guard::headers))
        .layer(CatchPanicLayer::new())
}
