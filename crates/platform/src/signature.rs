//! Webhooks that are signed as several vendors do it: a header holds `v0=` and the hexadecimal HMAC-SHA256, under a secret of
//! the app, of `v0:{time}:{body}`, and another header the time in seconds. "Verifying requests from Slack"; Zoom, "Using
//! webhooks", verify with Zoom's header. How old a webhook may be is the connector's to say.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::receiver::Refused;

/// The headers that a vendor signs with.
#[derive(Debug, Clone, Copy)]
pub struct Signed {
    /// Holds the signature.
    pub signature: &'static str,
    /// Holds the time.
    pub time: &'static str,
}

impl Signed {
    /// Proves a webhook, in constant time, before anything of it is read. The time that was signed with it, in seconds since
    /// the Unix epoch.
    ///
    /// # Errors
    /// [`Refused::Forged`]; [`Refused::Malformed`] where what was signed is no time.
    pub fn prove(&self, secret: &SecretString, headers: &HeaderMap, body: &[u8]) -> Result<i64, Refused> {
        let signature = only(headers, self.signature)?;
        let time = only(headers, self.time)?;
        let mut tag = [0; 32];
        let hexadecimal = signature.strip_prefix("v0=").ok_or(Refused::Forged)?;
        hex::decode_to_slice(hexadecimal, &mut tag).map_err(|_| Refused::Forged)?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).map_err(|_| Refused::Forged)?;
        mac.update(b"v0:");
        mac.update(time.as_bytes());
        mac.update(b":");
        mac.update(body);
        mac.verify_slice(&tag).map_err(|_| Refused::Forged)?;
        time.parse().map_err(|_| Refused::Malformed)
    }
}

/// The one value of a header; a second one could be what somebody else reads.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Refused> {
    let mut given = headers.get_all(name).iter();
    let (Some(value), None) = (given.next(), given.next()) else { return Err(Refused::Forged) };
    value.to_str().map_err(|_| Refused::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: Signed = Signed { signature: "x-signature", time: "x-time" };
    const BODY: &[u8] = b"{}";

    fn headers(time: &str, copies: usize) -> HeaderMap {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
        mac.update(format!("v0:{time}:{{}}").as_bytes());
        let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
        let mut headers = HeaderMap::new();
        headers.insert("x-time", time.parse().unwrap());
        for _ in 0..copies {
            headers.append("x-signature", signature.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_what_was_signed_once_by_who_knows_the_secret_is_proven() {
        let prove =
            |secret: &str, headers: &HeaderMap, body| SIGNED.prove(&secret.to_owned().into(), headers, body);
        let good = headers("1733000000", 1);
        assert_eq!(prove("secret", &good, BODY), Ok(1_733_000_000));
        assert_eq!(prove("another", &good, BODY), Err(Refused::Forged));
        assert_eq!(prove("secret", &good, b"[]"), Err(Refused::Forged));
        assert_eq!(prove("secret", &headers("1733000000", 2), BODY), Err(Refused::Forged));
        assert_eq!(prove("secret", &headers("1733000000", 0), BODY), Err(Refused::Forged));
        assert_eq!(prove("secret", &headers("soon", 1), BODY), Err(Refused::Malformed));
        let mut moved = good.clone();
        moved.insert("x-time", "1733000001".parse().unwrap());
        assert_eq!(prove("secret", &moved, BODY), Err(Refused::Forged));
    }
}
