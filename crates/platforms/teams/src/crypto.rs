//! Content encrypted to us. Graph: "Set up change notifications that include resource data", decrypting:
//! RSA-OAEP with SHA-1 gives a 32-byte key; HMAC-SHA256 with it proves the data and is checked first; AES-256-CBC with
//! PKCS#7 padding and the key's first half as initialization vector gives the resource as JSON.
//!
//! Private keys are parsed once: the RSA operation is the dearest step of a message's way.

use std::collections::BTreeMap;

use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_platform::PrivateKey;

use crate::wire::notification::EncryptedContent;

/// Our private keys, ready for use, by certificate id.
pub(crate) struct Keys(BTreeMap<String, OaepPrivateDecryptingKey>);

/// The largest RSA key Graph accepts is 4096 bits.
const LARGEST_RSA: usize = 512;

impl Keys {
    /// Parses the keys.
    pub(crate) fn new(keys: &BTreeMap<String, PrivateKey>) -> Result<Self, String> {
        let mut parsed = BTreeMap::new();
        for (id, key) in keys {
            let key = PrivateDecryptingKey::from_pkcs8(&key.0).map_err(|_| {
                format!("the private key of certificate {id} is not an RSA key of 2048 bits or more")
            })?;
            let key = OaepPrivateDecryptingKey::new(key)
                .map_err(|_| format!("the private key of certificate {id} cannot be used"))?;
            parsed.insert(id.clone(), key);
        }
        Ok(Self(parsed))
    }

    /// Opens content.
    pub(crate) fn open(&self, content: &EncryptedContent<'_>) -> Result<Vec<u8>, &'static str> {
        let key = self
            .0
            .get(content.encryption_certificate_id.as_ref())
            .ok_or("encrypted to a certificate whose key is not here")?;
        let wrapped = STANDARD.decode(content.data_key.as_ref()).map_err(|_| "dataKey is not base64")?;
        let mut unwrapped = [0; LARGEST_RSA];
        let symmetric = key
            .decrypt(&OAEP_SHA1_MGF1SHA1, &wrapped, &mut unwrapped, None)
            .map_err(|_| "dataKey is not encrypted to our certificate")?;
        let symmetric: &[u8; 32] = (&*symmetric).try_into().map_err(|_| "dataKey has not 32 bytes")?;
        let mut data = STANDARD.decode(content.data.as_ref()).map_err(|_| "data is not base64")?;
        let signature =
            STANDARD.decode(content.data_signature.as_ref()).map_err(|_| "dataSignature is not base64")?;
        let length = unseal(symmetric, &mut data, &signature)?;
        data.truncate(length);
        Ok(data)
    }
}

/// Proves `data` and decrypts it in place; the length of the plain text.
fn unseal(key: &[u8; 32], data: &mut [u8], signature: &[u8]) -> Result<usize, &'static str> {
    // Constant time, and before anything is decrypted, so that padding tells nothing.
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), data, signature)
        .map_err(|_| "dataSignature does not match")?;
    let mut iv = [0; 16];
    iv.copy_from_slice(&key[..16]);
    let cipher = UnboundCipherKey::new(&AES_256, key)
        .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
        .map_err(|_| "no cipher")?;
    let plain = cipher
        .decrypt(data, DecryptionContext::Iv128(FixedLength::from(iv)))
        .map_err(|_| "data is not padded as it should be")?;
    Ok(plain.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &[u8] = br#"{"id":"1700000000123","body":{"content":"hi"}}"#;
    const DATA: &str = "BwSMo263nHLCB3bZEjRqHYEf6hXvkBrSjP5T5zjqACeYe6SgJ0MWkJuxDuWxpR8C";
    const SIGNATURE: &str = "YomjdJRm/YBYNplWuenrZUnr0AwK8JYIHy4qRh3Vrys=";

    fn key() -> [u8; 32] {
        std::array::from_fn(|index| u8::try_from(index).unwrap())
    }

    #[test]
    fn the_symmetric_half_opens_a_known_message() {
        let mut data = STANDARD.decode(DATA).unwrap();
        let length = unseal(&key(), &mut data, &STANDARD.decode(SIGNATURE).unwrap()).unwrap();
        assert_eq!(&data[..length], PLAIN);
    }

    #[test]
    fn a_changed_bit_anywhere_is_noticed() {
        let data = STANDARD.decode(DATA).unwrap();
        let signature = STANDARD.decode(SIGNATURE).unwrap();
        for index in 0..data.len() {
            let mut data = data.clone();
            data[index] ^= 1;
            assert_eq!(unseal(&key(), &mut data, &signature), Err("dataSignature does not match"));
        }
        for index in 0..signature.len() {
            let mut signature = signature.clone();
            signature[index] ^= 0x80;
            assert_eq!(unseal(&key(), &mut data.clone(), &signature), Err("dataSignature does not match"));
        }
        assert_eq!(unseal(&key(), &mut data.clone(), &signature[..31]), Err("dataSignature does not match"));
        assert_eq!(unseal(&[7; 32], &mut data.clone(), &signature), Err("dataSignature does not match"));
    }

    #[test]
    fn data_that_is_proven_but_not_whole_blocks_is_refused() {
        let mut data = vec![1; 15];
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key()), &data);
        assert_eq!(unseal(&key(), &mut data, tag.as_ref()), Err("data is not padded as it should be"));
    }

    #[test]
    fn a_key_that_is_none_is_named() {
        let keys = [("one".to_owned(), PrivateKey(vec![1, 2, 3].into()))].into();
        assert!(Keys::new(&keys).err().unwrap().contains("certificate one"));
    }
}
