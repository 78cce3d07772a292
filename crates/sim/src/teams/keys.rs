//! The keys that Entra ID and the Bot Framework sign with, and JSON Web Tokens in RS256.
//!
//! A pair is made once a process: making one costs more than a whole simulated conversation, and no test needs two
//! simulators to disagree about keys.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoRef;

/// An RSA pair with the names it is published under.
pub(crate) struct SigningKey {
    pair: KeyPair,
    /// Key id, in the header of every token and in the key set.
    pub(crate) kid: String,
    modulus: String,
    exponent: String,
}

/// What Entra ID signs id tokens and validation tokens with.
pub(crate) fn entra() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(SigningKey::generate)
}

/// What the Bot Framework signs activities with.
pub(crate) fn bot_framework() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(SigningKey::generate)
}

impl SigningKey {
    #[expect(clippy::expect_used, reason = "a simulator that cannot make a key cannot start")]
    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be generated");
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a public key can be encoded");
        let (modulus, exponent) = numbers(der.as_ref()).expect("an encoded public key can be read");
        let kid = URL_SAFE_NO_PAD.encode(&Sha256::digest(&modulus)[..20]);
        Self {
            pair,
            kid,
            modulus: URL_SAFE_NO_PAD.encode(modulus),
            exponent: URL_SAFE_NO_PAD.encode(exponent),
        }
    }

    /// A signed token with these claims.
    #[expect(clippy::expect_used, reason = "signing with a good key and a large enough buffer cannot fail")]
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.kid, "kid": self.kid});
        let mut token = format!("{}.{}", segment(&header), segment(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("a token can be signed");
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        token
    }

    /// The key as a member of a JSON Web Key Set, with members of the publisher's own added.
    pub(crate) fn jwk(&self, more: &Value) -> Value {
        let mut key = json!({
            "kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid, "n": self.modulus, "e": self.exponent,
        });
        if let (Some(key), Some(more)) = (key.as_object_mut(), more.as_object()) {
            key.extend(more.clone());
        }
        key
    }
}

/// One part of a token.
pub(crate) fn segment(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Modulus and exponent of an RSA key in a `SubjectPublicKeyInfo`.
fn numbers(spki: &[u8]) -> x509_cert::der::Result<(Vec<u8>, Vec<u8>)> {
    let info = SubjectPublicKeyInfoRef::from_der(spki)?;
    SliceReader::new(info.subject_public_key.raw_bytes())?.sequence(|reader| {
        let modulus = UintRef::decode(reader)?.as_bytes().to_vec();
        Ok((modulus, UintRef::decode(reader)?.as_bytes().to_vec()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    #[test]
    fn a_foreign_verifier_accepts_our_tokens_by_the_published_numbers() {
        let key = entra();
        let token = key.sign(&json!({"aud": "me", "exp": 4_000_000_000_u64, "oid": "x"}));
        let published = key.jwk(&json!({}));
        let verifier = DecodingKey::from_rsa_components(
            published["n"].as_str().unwrap_or_default(),
            published["e"].as_str().unwrap_or_default(),
        )
        .unwrap_or_else(|error| panic!("{error}"));
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&["me"]);
        let claims: Value =
            decode(&token, &verifier, &rules).unwrap_or_else(|error| panic!("{error}")).claims;
        assert_eq!(claims["oid"], "x");
        let strange = DecodingKey::from_rsa_components(
            bot_framework().jwk(&json!({}))["n"].as_str().unwrap_or_default(),
            "AQAB",
        )
        .unwrap_or_else(|error| panic!("{error}"));
        assert!(decode::<Value>(&token, &strange, &rules).is_err());
    }
}
