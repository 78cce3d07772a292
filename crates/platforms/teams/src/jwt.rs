//! Tokens that Microsoft signs to prove itself: the validation tokens of a batch with content, and the bearer tokens of
//! the Bot Framework. RS256 and nothing else; the key is chosen by `kid` from a document that was fetched beforehand.
//!
//! One token comes with thousands of batches (Graph signs one for an app and tenant, the Bot Framework one for an
//! address, each for about an hour), so a token that was proven is remembered by its hash until it ends.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest;
use entente_model::Timestamp;
use entente_platform::Refused;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::wire::keys::KeySet;

/// How far the vendor's clock and ours may be apart, in seconds. Bot Framework: "Authenticate requests with the Bot
/// Connector API" names five minutes; the same is used for Graph.
const SKEW: i64 = 5 * 60;

/// How many proven tokens are remembered.
const REMEMBERED: usize = 128;

/// A signing key.
struct Key {
    key: DecodingKey,
    endorsements: Vec<String>,
}

/// What a token says. Only a single audience is taken, as both services write it.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    /// Who signed.
    pub(crate) iss: String,
    /// For whom.
    pub(crate) aud: String,
    /// Until when, in seconds.
    exp: i64,
    /// From when, in seconds.
    nbf: Option<i64>,
    /// Which app of Microsoft's it was made for (v1 tokens).
    pub(crate) appid: Option<String>,
    /// The same in v2 tokens.
    pub(crate) azp: Option<String>,
    /// The Bot Framework address it is good for.
    pub(crate) serviceurl: Option<String>,
    /// The channels that the key which signed it may speak for; from the key, never from the token.
    #[serde(skip)]
    pub(crate) endorsements: Vec<String>,
}

impl Claims {
    /// Whether the token is good at this second.
    fn at(&self, seconds: i64) -> Result<(), Refused> {
        let ended = self.exp.saturating_add(SKEW) < seconds;
        let early = self.nbf.is_some_and(|nbf| nbf.saturating_sub(SKEW) > seconds);
        if ended || early { Err(Refused::Stale) } else { Ok(()) }
    }
}

/// Proves tokens of one issuer.
pub(crate) struct Verifier {
    keys: HashMap<String, Key>,
    validation: Validation,
    proven: RwLock<HashMap<[u8; 32], Arc<Claims>>>,
}

impl Verifier {
    /// For tokens from `issuer` to `audience`, with the keys of this document, of which there may be none yet.
    pub(crate) fn new(jwks: Option<&[u8]>, issuer: &str, audience: &str) -> Result<Self, String> {
        let mut keys = HashMap::new();
        if let Some(jwks) = jwks {
            let set: KeySet = serde_json::from_slice(jwks)
                .map_err(|error| format!("no key document: line {}", error.line()))?;
            for jwk in set.keys.into_iter().filter(|jwk| jwk.kty == "RSA") {
                let (Some(kid), Some(n), Some(e)) = (jwk.kid, jwk.n, jwk.e) else { continue };
                if let Ok(key) = DecodingKey::from_rsa_components(&n, &e) {
                    keys.insert(kid, Key { key, endorsements: jwk.endorsements });
                }
            }
        }
        let mut validation = Validation::new(Algorithm::RS256);
        // Times are compared below, with the instant we are given.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        Ok(Self { keys, validation, proven: RwLock::default() })
    }

    /// Proves a token for `now`.
    pub(crate) fn prove(&self, token: &str, now: Timestamp) -> Result<Arc<Claims>, Refused> {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
        let seconds = now.millis().div_euclid(1_000);
        let remembered = self.proven.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some(claims) = remembered {
            return claims.at(seconds).map(|()| claims);
        }
        let claims = Arc::new(self.decode(token)?);
        claims.at(seconds)?;
        self.remember(hash, &claims, seconds);
        Ok(claims)
    }

    fn decode(&self, token: &str) -> Result<Claims, Refused> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Forged)?;
        if header.alg != Algorithm::RS256 || header.extras.inner().contains_key("crit") {
            return Err(Refused::Forged);
        }
        let kid = header.kid.ok_or(Refused::Forged)?;
        let Some(key) = self.keys.get(&kid) else {
            return Err(self.unknown_key(token));
        };
        let token =
            jsonwebtoken::decode::<Claims>(token, &key.key, &self.validation).map_err(|_| Refused::Forged)?;
        Ok(Claims { endorsements: key.endorsements.clone(), ..token.claims })
    }

    /// A key that we do not hold is worth fetching only for a token that otherwise fits.
    fn unknown_key(&self, token: &str) -> Refused {
        let fits = jsonwebtoken::dangerous::insecure_decode::<Claims>(token).is_ok_and(|token| {
            let within = |set: &Option<std::collections::HashSet<String>>, value: &str| {
                set.as_ref().is_some_and(|set| set.contains(value))
            };
            within(&self.validation.iss, &token.claims.iss) && within(&self.validation.aud, &token.claims.aud)
        });
        if fits { Refused::UnknownKey } else { Refused::Forged }
    }

    fn remember(&self, hash: [u8; 32], claims: &Arc<Claims>, seconds: i64) {
        let mut proven = self.proven.write().unwrap_or_else(PoisonError::into_inner);
        if proven.len() >= REMEMBERED {
            proven.retain(|_, claims| claims.at(seconds).is_ok());
        }
        // Full of tokens that are still good: proving one again costs little, so none is thrown out for it.
        if proven.len() < REMEMBERED {
            proven.insert(hash, Arc::clone(claims));
        }
    }
}
