//! The operator: one bearer token for programs, and browser sessions made from it.
//!
//! The token is compared by its MAC under a key of this process, so that comparing takes the same time whatever is given
//! and however long it is. A session is a deadline with a MAC under the token: nothing is stored, it outlives a restart,
//! and a new token ends all sessions. A browser gets its session with the token itself or with a link that works once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entente_engine::Dice;
use entente_model::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// How long a browser stays signed in.
const SESSION: Duration = Duration::from_hours(8);

/// How long a sign-in link works.
const LINK: Duration = Duration::from_mins(10);

/// More sign-in links than anybody asks for in their life time.
const MAX_LINKS: usize = 64;

/// Who may do everything.
pub struct Operator {
    token: SecretString,
    dice: Arc<Dice>,
    compare_key: [u8; 32],
    links: Mutex<HashMap<[u8; 32], Timestamp>>,
}

impl Operator {
    /// The operator who holds `token`.
    pub fn new(token: SecretString, dice: Arc<Dice>) -> Self {
        let compare_key = dice.bytes();
        Self { token, dice, compare_key, links: Mutex::default() }
    }

    /// A new token: 43 characters of base64url.
    pub fn make_token(dice: &Dice) -> SecretString {
        SecretString::from(URL_SAFE_NO_PAD.encode(dice.bytes::<32>()))
    }

    /// Whether `given` is the token.
    pub(crate) fn is(&self, given: &str) -> bool {
        let ours = self.compared(self.token.expose_secret()).finalize().into_bytes();
        self.compared(given).verify_slice(&ours).is_ok()
    }

    /// A new session, for a cookie.
    pub(crate) fn session(&self, now: Timestamp) -> String {
        let until = now.plus(SESSION).millis();
        let mac = URL_SAFE_NO_PAD.encode(self.signed(until).finalize().into_bytes());
        format!("{until}.{mac}")
    }

    /// Whether a cookie's session is ours and not over.
    pub(crate) fn is_session(&self, given: &str, now: Timestamp) -> bool {
        let Some((until, mac)) = given.split_once('.') else { return false };
        let (Ok(until), Ok(mac)) = (until.parse::<i64>(), URL_SAFE_NO_PAD.decode(mac)) else { return false };
        self.signed(until).verify_slice(&mac).is_ok() && now.millis() < until
    }

    /// A code that gives one session.
    pub(crate) fn link(&self, now: Timestamp) -> String {
        let code = URL_SAFE_NO_PAD.encode(self.dice.bytes::<32>());
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|_, until| *until > now);
        if links.len() < MAX_LINKS {
            links.insert(Sha256::digest(&code).into(), now.plus(LINK));
        }
        code
    }

    /// Takes a code, once.
    pub(crate) fn take_link(&self, code: &str, now: Timestamp) -> bool {
        let digest: [u8; 32] = Sha256::digest(code).into();
        let taken = self.links.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest);
        taken.is_some_and(|until| until > now)
    }

    /// Randomness for cookies, as text.
    pub(crate) fn random(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.dice.bytes::<32>())
    }

    fn compared(&self, given: &str) -> Hmac<Sha256> {
        let mut mac = mac(&self.compare_key);
        mac.update(given.as_bytes());
        mac
    }

    fn signed(&self, until: i64) -> Hmac<Sha256> {
        let mut mac = mac(self.token.expose_secret().as_bytes());
        mac.update(b"session\0");
        mac.update(&until.to_be_bytes());
        mac
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("any key length is accepted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(token: &str) -> Operator {
        Operator::new(SecretString::from(token.to_owned()), Arc::new(Dice::seeded(1)))
    }

    #[test]
    fn only_the_token_is_the_token() {
        let operator = operator("right");
        assert!(operator.is("right"));
        assert!(!operator.is("righ") && !operator.is("right ") && !operator.is(""));
    }

    #[test]
    fn a_session_ends_and_belongs_to_its_token() {
        let (ours, now) = (operator("right"), Timestamp(1_000_000));
        let session = ours.session(now);
        assert!(ours.is_session(&session, now));
        assert!(!ours.is_session(&session, now.plus(SESSION)));
        assert!(!operator("other").is_session(&session, now));
        let (_, mac) = session.split_once('.').unwrap();
        assert!(!ours.is_session(&format!("99999999999999.{mac}"), now));
        assert!(!ours.is_session("", now) && !ours.is_session("1.", now));
    }

    #[test]
    fn a_link_works_once_and_not_for_long() {
        let (operator, now) = (operator("right"), Timestamp(0));
        let (one, other) = (operator.link(now), operator.link(now));
        assert!(operator.take_link(&one, now));
        assert!(!operator.take_link(&one, now));
        assert!(!operator.take_link(&other, now.plus(LINK)));
    }
}
