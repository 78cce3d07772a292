//! The receiver's side of sealing and signing, written apart from the simulator's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A certificate in base64 and the key that opens what is sealed for it.
pub(crate) struct Keys {
    pub(crate) certificate: String,
    key: aws_lc_rs::rsa::OaepPrivateDecryptingKey,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let params = rcgen::CertificateParams::new(vec!["bridge.example".to_owned()]).unwrap();
        let certificate = STANDARD.encode(params.self_signed(&pair).unwrap().der());
        let key = aws_lc_rs::rsa::PrivateDecryptingKey::from_pkcs8(&pair.serialize_der()).unwrap();
        Self { certificate, key: aws_lc_rs::rsa::OaepPrivateDecryptingKey::new(key).unwrap() }
    }

    /// Opens the `encryptedContent` of an item, checking the signature first, as the vendor's guide says.
    pub(crate) fn open(&self, item: &Value) -> Value {
        use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
        let content = &item["encryptedContent"];
        let bytes = |name: &str| STANDARD.decode(content[name].as_str().unwrap()).unwrap();
        let mut buffer = vec![0; self.key.min_output_size()];
        let key = self
            .key
            .decrypt(&aws_lc_rs::rsa::OAEP_SHA1_MGF1SHA1, &bytes("dataKey"), &mut buffer, None)
            .unwrap()
            .to_vec();
        assert_eq!(key.len(), 32);
        let mut data = bytes("data");
        let mac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
        aws_lc_rs::hmac::verify(&mac, &data, &bytes("dataSignature")).unwrap();
        let cipher =
            PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &key).unwrap()).unwrap();
        let vector: [u8; 16] = key[..16].try_into().unwrap();
        let clear = cipher.decrypt(&mut data, DecryptionContext::Iv128(vector.into())).unwrap();
        serde_json::from_slice(clear).unwrap()
    }
}

/// Verifies a token with a published key set and gives its claims.
pub(crate) fn verified(token: &str, keys: &Value, audience: &str) -> Value {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let kid = header.kid.unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap();
    let text = |name: &str| key[name].as_str().unwrap();
    let key = jsonwebtoken::DecodingKey::from_rsa_components(text("n"), text("e")).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&[audience]);
    // The simulator's clock is not the machine's.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap().claims
}
