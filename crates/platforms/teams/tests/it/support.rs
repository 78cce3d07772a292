//! What the tests share: keys, tokens, encryption as Microsoft does it, and the documented payloads.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entente_model::{
    AccountRef, Block, Body, ConversationRef, Destination, Inline, LoginId, Mention, MessageRef, PlatformId,
    Timestamp, WorkspaceRef,
};
use entente_platform::{AppSecrets, Hook, HookKey, Platform as _, PrivateKey, Receiver, Site, Unverified};
use entente_platform_teams::Teams;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "7a1c0de0-0000-4000-8000-000000000000";
pub(crate) const CLIENT: &str = "c0ffee00-0000-4000-8000-00000000000c";
pub(crate) const ALICE: &str = "a11ce000-0000-4000-8000-000000000001";
pub(crate) const BOB: &str = "b0b00000-0000-4000-8000-000000000002";
pub(crate) const CHAT: &str =
    "19:a11ce000-0000-4000-8000-000000000001_b0b00000-0000-4000-8000-000000000002@unq.gbl.spaces";
pub(crate) const PERSONAL: &str = "a:1pPqQrRsStT";
pub(crate) const CHANGE_TRACKING: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";
pub(crate) const SERVICE: &str = "https://smba.trafficmanager.net/amer/";

/// Five minutes after the documented message was written.
pub(crate) const NOW: Timestamp = Timestamp(1_767_607_500_000_000);

/// A payload as documented.
pub(crate) fn fixture(name: &str) -> Value {
    serde_json::from_str(&fixture_text(name)).unwrap()
}

/// The same, as it is written.
pub(crate) fn fixture_text(name: &str) -> String {
    let path = format!("{}/../../../fixtures/teams/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Microsoft's signing key, and one that is not.
pub(crate) static SIGNER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
pub(crate) static STRANGER: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

/// Our private key for content. The signer's serves for both: making one takes longer than a test.
pub(crate) fn content_key() -> Vec<u8> {
    let der: Pkcs8V1Der<'_> = SIGNER.as_der().unwrap();
    der.as_ref().to_vec()
}

pub(crate) fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: PlatformId::from("teams"), id: "sales".into() }
}

pub(crate) fn conversation(id: &str) -> ConversationRef {
    ConversationRef { workspace: workspace(), id: id.into() }
}

pub(crate) fn message(chat: &str, id: &str) -> MessageRef {
    MessageRef { conversation: conversation(chat), id: id.into() }
}

pub(crate) fn account(id: &str) -> AccountRef {
    AccountRef { workspace: workspace(), id: id.into() }
}

/// Whose subscription it is.
pub(crate) fn login() -> LoginId {
    "0198a000-0000-7000-8000-000000000001".parse().unwrap()
}

/// The app's.
pub(crate) fn app_login() -> LoginId {
    "0198a000-0000-7000-8000-0000000000aa".parse().unwrap()
}

pub(crate) fn hook_key() -> HookKey {
    HookKey::new([7; 32])
}

pub(crate) fn client_state() -> String {
    format!("{}.{}", login(), hook_key().secret(&login().to_string()))
}

pub(crate) fn site() -> Site {
    let addresses =
        Teams.profile().addresses.iter().map(|(name, url)| ((*name).to_owned(), url.parse().unwrap()));
    Site {
        workspace: workspace(),
        addresses: addresses.collect(),
        tenant: Some(TENANT.to_owned()),
        client_id: CLIENT.to_owned(),
        client_secret: "secret".to_owned().into(),
        secrets: [].into(),
        settings: [].into(),
    }
}

/// The key document with this key under this name.
pub(crate) fn jwks(kid: &str, key: &KeyPair, endorsements: &[&str]) -> Value {
    let public = key.public_key();
    json!({"keys": [
        {"kty": "EC", "kid": "curve", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "use": "sig", "kid": kid, "endorsements": endorsements,
         "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
         "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero())}]})
}

pub(crate) fn secrets() -> AppSecrets {
    let document = |value: Value| Arc::from(value.to_string().into_bytes());
    AppSecrets {
        hook_key: hook_key(),
        public_keys: [
            ("graph".to_owned(), document(jwks("g1", &SIGNER, &[]))),
            ("bot".to_owned(), document(jwks("b1", &SIGNER, &["msteams", "webchat"]))),
        ]
        .into(),
        private_keys: [("entente-1".to_owned(), PrivateKey(content_key().into()))].into(),
        app_login: Some(app_login()),
        logins: [].into(),
    }
}

pub(crate) fn receiver() -> Arc<dyn Receiver> {
    Teams.receiver(&site(), secrets()).unwrap()
}

/// A token with this header and these claims, signed with RS256 by `key` whatever the header says.
pub(crate) fn token(header: &Value, claims: &Value, key: &KeyPair) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    sign(&format!("{}.{}", part(header), part(claims)), key)
}

/// Two parts of a token with their signature.
pub(crate) fn sign(parts: &str, key: &KeyPair) -> String {
    let mut signature = vec![0; key.public_modulus_len()];
    let random = aws_lc_rs::rand::SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, parts.as_bytes(), &mut signature).unwrap();
    format!("{parts}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) fn graph_header() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": "g1", "x5t": "g1"})
}

/// The claims of a validation token.
pub(crate) fn graph_claims() -> Value {
    let now = NOW.millis() / 1_000;
    json!({"aud": CLIENT, "iss": format!("https://sts.windows.net/{TENANT}/"), "iat": now - 600, "nbf": now - 600,
        "exp": now + 3_000, "appid": CHANGE_TRACKING, "tid": TENANT, "ver": "1.0"})
}

pub(crate) fn bot_header() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": "b1"})
}

/// The claims of a Bot Framework token.
pub(crate) fn bot_claims() -> Value {
    let now = NOW.millis() / 1_000;
    json!({"serviceurl": SERVICE, "nbf": now - 60, "exp": now + 3_540, "iss": "https://api.botframework.com",
        "aud": CLIENT})
}

/// Content as Graph encrypts it.
pub(crate) fn encrypted(plain: &[u8]) -> Value {
    let key: [u8; 32] = std::array::from_fn(|index| u8::try_from(index * 7 % 251).unwrap());
    let mut iv = [0; 16];
    iv.copy_from_slice(&key[..16]);
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &key).unwrap()).unwrap();
    let mut data = plain.to_vec();
    cipher.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(iv))).unwrap();
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
    let public =
        OaepPublicEncryptingKey::new(PrivateDecryptingKey::from_pkcs8(&content_key()).unwrap().public_key())
            .unwrap();
    let mut wrapped = vec![0; public.ciphertext_size()];
    public.encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut wrapped, None).unwrap();
    json!({"data": STANDARD.encode(&data), "dataKey": STANDARD.encode(&wrapped),
        "dataSignature": STANDARD.encode(signature.as_ref()), "encryptionCertificateId": "entente-1",
        "encryptionCertificateThumbprint": "A1B2C3D4E5F60718293A4B5C6D7E8F9012345678"})
}

/// The documented notification with its blanks filled: this content, and a good token.
pub(crate) fn notification(content: &[u8]) -> Value {
    let mut batch = fixture("notification");
    batch["value"][0]["clientState"] = json!(client_state());
    batch["value"][0]["encryptedContent"] = encrypted(content);
    batch["validationTokens"] = json!([token(&graph_header(), &graph_claims(), &SIGNER)]);
    batch
}

/// A documented batch without content, with its blanks filled.
pub(crate) fn stated(name: &str) -> Value {
    let mut batch = fixture(name);
    for item in batch["value"].as_array_mut().unwrap() {
        item["clientState"] = json!(client_state());
    }
    batch
}

pub(crate) fn hook(channel: &str, body: &Value) -> Hook<Unverified> {
    Hook::new(channel.to_owned(), None, HeaderMap::new(), body.to_string().into())
}

/// An activity with this bearer token.
pub(crate) fn activity(body: &Value, token: &str) -> Hook<Unverified> {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}")).unwrap());
    Hook::new("messages".to_owned(), None, headers, body.to_string().into())
}

pub(crate) fn bot_token() -> String {
    token(&bot_header(), &bot_claims(), &SIGNER)
}

/// Graph.
pub(crate) const V1: &str = "https://graph.microsoft.com/v1.0";

/// Where most tests happen.
pub(crate) fn here() -> Destination {
    Destination::Conversation(conversation(CHAT))
}

/// Something with markup in every sense.
pub(crate) fn bold_and_bob() -> Body {
    Body(vec![Block::Paragraph(vec![
        Inline::Bold(vec![Inline::Text("a < b".into())]),
        Inline::Text(" ".into()),
        Inline::Mention(Mention { everybody: false, account: Some(account(BOB)), name: "Bob".into() }),
    ])])
}

/// An instant.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Our certificate, DER.
pub(crate) fn certificate() -> Vec<u8> {
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&content_key().into(), &rcgen::PKCS_RSA_SHA256);
    let params = rcgen::CertificateParams::new(vec!["entente.acme.example".to_owned()]).unwrap();
    params.self_signed(&key.unwrap()).unwrap().der().to_vec()
}
