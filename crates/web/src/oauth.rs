//! Consent, as browsers go through it: from a personal link or from the console to the vendor's page, and back.
//!
//! A consent is bound to the browser that began it by a cookie, so that nobody can let somebody else finish theirs. The
//! cookie is `SameSite=Lax`: the way back from the vendor is a navigation from another site.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use entente_engine::EngineError;
use entente_model::WorkspaceId;
use entente_platform::LoginKind;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::guard;
use crate::pages::{connect, told};
use crate::surfaces::Surfaces;

/// The cookie that binds a consent to a browser.
const BROWSER: &str = "entente-browser";

/// How long a consent may take.
const BROWSER_SECONDS: u32 = 3600;

/// As whom a workspace is connected.
#[derive(Deserialize)]
pub(crate) struct Start {
    #[serde(rename = "as")]
    kind: String,
}

/// `GET /oauth/start/{workspace}?as=admin`: an administrator connects a workspace.
pub(crate) async fn start(
    State(surfaces): State<Surfaces>,
    Path(workspace): Path<String>,
    Query(start): Query<Start>,
    headers: HeaderMap,
) -> Response {
    if !guard::is_operator(&surfaces, &headers) {
        return told::page(
            StatusCode::UNAUTHORIZED,
            "Sign in first",
            "Only the operator can connect a workspace.",
        );
    }
    if start.kind != LoginKind::Admin.name() {
        return told::page(StatusCode::BAD_REQUEST, "Not understood", "A workspace is connected as “admin”.");
    }
    let workspace = WorkspaceId::from(workspace);
    let browser = browser(&surfaces, &headers);
    match surfaces.engine.begin_grant(&workspace, LoginKind::Admin, None, &browser).await {
        Ok(url) => leave(&surfaces, &url, &browser),
        Err(error) => failed(&error),
    }
}

/// `GET /connect/{token}`: what a personal link shows. Nothing begins yet: chat apps fetch links to show a preview
/// of them.
pub(crate) async fn ask() -> Response {
    connect::page()
}

/// `POST /connect/{token}`: the person goes on to the vendor's page.
pub(crate) async fn connect(
    State(surfaces): State<Surfaces>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let browser = browser(&surfaces, &headers);
    match surfaces.engine.follow_invitation(&token, &browser).await {
        Ok(url) => leave(&surfaces, &url, &browser),
        Err(error) => failed(&error),
    }
}

/// What vendors send a browser back with. RFC 6749, 4.1.2.
#[derive(Deserialize)]
pub(crate) struct Back {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// `GET /oauth/callback`: the browser is back.
pub(crate) async fn callback(
    State(surfaces): State<Surfaces>,
    Query(back): Query<Back>,
    headers: HeaderMap,
) -> Response {
    let browser = guard::cookie(&headers, &guard::name(BROWSER, &surfaces));
    let (Some(state), Some(browser)) = (back.state, browser) else {
        return told::page(
            StatusCode::BAD_REQUEST,
            "This did not begin here",
            "Please open your personal link again, in this browser, and allow cookies for this site.",
        );
    };
    let answer = match (&back.code, &back.error) {
        (Some(code), _) => Ok(code.as_str()),
        (None, Some(error)) => Err(error.as_str()),
        (None, None) => Err("invalid_request"),
    };
    match surfaces.engine.finish_grant(&state, browser, answer).await {
        Ok(granted) => {
            let platform = surfaces.engine.sites().get(&granted.workspace);
            let platform = platform.map_or("the platform", |workspace| workspace.profile().name);
            let said = match granted.kind {
                LoginKind::Admin => {
                    format!("The workspace {} on {platform} is connected.", granted.workspace)
                }
                LoginKind::Listener => format!("Entente hears on {platform} by way of this account now."),
                _ => format!(
                    "Your {platform} account is connected. Colleagues there will read you as yourself."
                ),
            };
            told::page(StatusCode::OK, "Done", &format!("{said} You can close this page."))
        }
        Err(error) => failed(&error),
    }
}

/// The browser's cookie, or a new one.
fn browser(surfaces: &Surfaces, headers: &HeaderMap) -> String {
    let given = guard::cookie(headers, &guard::name(BROWSER, surfaces)).filter(|value| value.len() == 43);
    given.map_or_else(|| surfaces.operator.random(), str::to_owned)
}

/// Sends the browser to the vendor.
fn leave(surfaces: &Surfaces, url: &url::Url, browser: &str) -> Response {
    let name = guard::name(BROWSER, surfaces);
    let cookie = guard::set_cookie(&name, browser, "Lax", Some(BROWSER_SECONDS), surfaces);
    let Ok(location) = HeaderValue::try_from(url.as_str()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::SET_COOKIE, cookie)]).into_response()
}

fn failed(error: &EngineError) -> Response {
    match error {
        EngineError::Store(error) => {
            tracing::error!(%error, "the store failed during a consent");
            told::page(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", "Please try again later.")
        }
        EngineError::UnknownWorkspace(_) => {
            told::page(StatusCode::NOT_FOUND, "Not found", &error.to_string())
        }
        _ => told::page(StatusCode::BAD_REQUEST, "That did not work", &sentence(&error.to_string())),
    }
}

/// An error as a sentence. One that begins with the name of a workspace keeps it as it is.
fn sentence(text: &str) -> String {
    let named = text.split_once(": ").is_some_and(|(name, _)| !name.contains(' '));
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !named => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        _ => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_sentence_begins_with_a_capital_unless_with_a_name() {
        assert_eq!(sentence("acme-webex: consent was declined"), "acme-webex: consent was declined.");
        assert_eq!(sentence("this invitation was used"), "This invitation was used.");
    }
}
