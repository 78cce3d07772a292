//! `next_page_token` ("Pagination"): valid for fifteen minutes and for the very parameters it was made with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::answer::Refusal;
use super::call::Call;

const LIFE_MS: i64 = 15 * 60 * 1000;

/// Where the caller's page begins: 0 without a token.
///
/// # Errors
/// 400 with code 300 for a token that is unknown, too old or from another query.
pub(super) fn start(call: &Call) -> Result<usize, Refusal> {
    let Some(token) = call.query("next_page_token") else { return Ok(0) };
    let invalid = || Refusal::bad("The next page token is invalid or expired.");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
    let (query, rest) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
    let (made, at) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
    let at: [u8; 8] = at.try_into().map_err(|_| invalid())?;
    if *query != fingerprint(call) || call.now - i64::from_be_bytes(*made) > LIFE_MS {
        return Err(invalid());
    }
    usize::try_from(u64::from_be_bytes(at)).map_err(|_| invalid())
}

/// The token of the page that begins at `at`, or the empty text where there is none.
pub(super) fn next(call: &Call, at: Option<usize>) -> String {
    at.map_or_else(String::new, |at| {
        let bytes = [fingerprint(call), call.now.to_be_bytes(), (at as u64).to_be_bytes()].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    })
}

/// One page of `all` from `start`, and where the next one begins.
pub(super) fn page<T>(all: impl Iterator<Item = T>, start: usize, size: usize) -> (Vec<T>, Option<usize>) {
    let mut rest = all.skip(start);
    let page: Vec<T> = rest.by_ref().take(size).collect();
    let next = rest.next().map(|_| start + page.len());
    (page, next)
}

/// The path and everything that was asked for but the token itself.
fn fingerprint(call: &Call) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(&call.path);
    let mut parameters: Vec<_> =
        call.parameters().iter().filter(|(name, _)| name != "next_page_token").collect();
    parameters.sort();
    for (name, value) in parameters {
        hash.update(format!("\n{name}={value}"));
    }
    let mut short = [0; 8];
    short.copy_from_slice(&hash.finalize()[..8]);
    short
}
