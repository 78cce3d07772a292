//! Rich notifications: encrypted for the subscriber, signed for its peace of mind.
//!
//! Graph: "Set up change notifications that include resource data". A fresh AES key encrypts each message (AES-256-CBC,
//! PKCS#7, the key's first 16 bytes as the initialization vector), HMAC-SHA256 under the same key covers the cipher
//! text, and the key itself travels under the RSA key of the certificate (OAEP with SHA-1).

use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use x509_cert::der::{Decode as _, Encode as _};

/// A certificate that notifications are encrypted to.
pub(crate) struct Recipient {
    key: OaepPublicEncryptingKey,
    /// The subscriber's name for the certificate.
    pub(crate) id: String,
    /// SHA-1 of the certificate, upper-case hexadecimal.
    pub(crate) thumbprint: String,
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipient").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Recipient {
    /// Reads a certificate: base64 of its DER form, with an RSA key of 2048 to 4096 bits.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub(crate) fn parse(certificate: &str, id: &str) -> Result<Self, &'static str> {
        let bare: String = certificate.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(bare).map_err(|_| "the certificate is not base64")?;
        let parsed =
            x509_cert::Certificate::from_der(&der).map_err(|_| "the certificate is not X.509 in DER")?;
        let spki =
            parsed.tbs_certificate.subject_public_key_info.to_der().map_err(|_| "the key is not readable")?;
        let key = PublicEncryptingKey::from_der(&spki)
            .map_err(|_| "the key is not an RSA key of 2048 bits or more")?;
        if !(2048..=4096).contains(&key.key_size_bits()) {
            return Err("the key must have 2048 to 4096 bits");
        }
        let key = OaepPublicEncryptingKey::new(key).map_err(|_| "the key cannot encrypt")?;
        Ok(Self { key, id: id.to_owned(), thumbprint: hex::encode_upper(Sha1::digest(&der)) })
    }

    /// The `encryptedContent` of a notification.
    ///
    /// # Errors
    /// Only if the library fails; the key was checked on the way in.
    pub(crate) fn seal(&self, plaintext: &str, key: &[u8; 32]) -> Result<Value, Unspecified> {
        let (data, signature) = symmetric(key, plaintext.as_bytes())?;
        let mut wrapped = vec![0; self.key.ciphertext_size()];
        let wrapped = self.key.encrypt(&OAEP_SHA1_MGF1SHA1, key, &mut wrapped, None)?;
        Ok(json!({
            "data": data,
            "dataKey": STANDARD.encode(wrapped),
            "dataSignature": signature,
            "encryptionCertificateId": self.id,
            "encryptionCertificateThumbprint": self.thumbprint,
        }))
    }
}

/// Cipher text and signature, both in base64.
fn symmetric(key: &[u8; 32], plaintext: &[u8]) -> Result<(String, String), Unspecified> {
    let mut vector = [0; 16];
    vector.copy_from_slice(&key[..16]);
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, key)?)?;
    let mut data = plaintext.to_vec();
    cipher.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(vector)))?;
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &data);
    Ok((STANDARD.encode(&data), STANDARD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symmetric_part_matches_the_known_vector() -> Result<(), Unspecified> {
        let mut key = [0; 32];
        for (n, byte) in (0_u8..).zip(&mut key) {
            *byte = n;
        }
        let (data, signature) = symmetric(&key, br#"{"id":"1700000000123","body":{"content":"hi"}}"#)?;
        assert_eq!(data, "BwSMo263nHLCB3bZEjRqHYEf6hXvkBrSjP5T5zjqACeYe6SgJ0MWkJuxDuWxpR8C");
        assert_eq!(signature, "YomjdJRm/YBYNplWuenrZUnr0AwK8JYIHy4qRh3Vrys=");
        Ok(())
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert!(Recipient::parse("***", "a").is_err());
        assert!(Recipient::parse("AAAA", "a").is_err());
    }
}
