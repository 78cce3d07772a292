//! The operator's browser signs in, with the token or with a link, and out.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::guard;
use crate::pages::{HOME, told};
use crate::surfaces::Surfaces;

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Given {
    token: SecretString,
}

/// `POST /sign-in`.
pub(crate) async fn with_token(State(surfaces): State<Surfaces>, Form(given): Form<Given>) -> Response {
    if surfaces.operator.is(given.token.expose_secret().trim()) {
        return home(guard::signed_in(&surfaces));
    }
    let text = "That is not the operator's token. It is in operator.token in the data folder.";
    told::page(StatusCode::FORBIDDEN, "Not signed in", text)
}

/// `GET /sign-in/{code}`.
pub(crate) async fn with_link(State(surfaces): State<Surfaces>, Path(code): Path<String>) -> Response {
    if surfaces.operator.take_link(&code, surfaces.engine.now()) {
        return home(guard::signed_in(&surfaces));
    }
    let text = "This link was used before or is too old. The command `entente sign-in` makes a new one.";
    told::page(StatusCode::FORBIDDEN, "Not signed in", text)
}

/// `POST /sign-out`.
pub(crate) async fn out(State(surfaces): State<Surfaces>) -> Response {
    home(guard::signed_out(&surfaces))
}

fn home(cookie: HeaderValue) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, HOME), (header::SET_COOKIE, cookie)]).into_response()
}
