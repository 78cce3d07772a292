//! Forgeries, what is let in, and the hand-shake.

use entente_platform::HookKey;
use http::HeaderName;

use super::*;

const SECRET: &str = "demo-secret-token";
const POSTED: &[u8] = include_bytes!("../../../../../fixtures/zoom/event_posted.json");
const CHALLENGE: &[u8] = include_bytes!("../../../../../fixtures/zoom/event_validation.json");
const NOW: Timestamp = Timestamp(1_767_603_601_000_000);
const SENT: &str = "1767603600";

fn receiver_with(secret: Option<&str>) -> Result<ZoomReceiver, String> {
    receiver_of(secret.map(|secret| (SECRET_TOKEN, secret)).as_slice())
}

fn receiver_of(given: &[(&str, &str)]) -> Result<ZoomReceiver, String> {
    let is_secret = |(name, _): &&(&str, &str)| [SECRET_TOKEN, DIRECTORY_SECRET].contains(name);
    let secrets = given.iter().filter(is_secret);
    let settings = given.iter().filter(|one| !is_secret(one));
    let site = Site {
        workspace: WorkspaceRef { platform: "zoom".into(), id: "acme".into() },
        addresses: BTreeMap::new(),
        tenant: Some("Ac7dEmoAccountId000000".to_owned()),
        client_id: "entente".to_owned(),
        client_secret: "secret".to_owned().into(),
        secrets: secrets.map(|(name, value)| ((*name).to_owned(), (*value).to_owned().into())).collect(),
        settings: settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let secrets = AppSecrets {
        hook_key: HookKey::new([7; 32]),
        public_keys: BTreeMap::new(),
        private_keys: BTreeMap::new(),
        app_login: None,
        logins: BTreeMap::new(),
    };
    ZoomReceiver::new(&site, secrets)
}

fn sign(secret: &str, sent: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&[b"v0:", sent.as_bytes(), b":", body].concat());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

fn hook(headers: &[(&'static str, &str)], body: &[u8]) -> Hook<Unverified> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Hook::new(EVENTS.to_owned(), None, map, Bytes::copy_from_slice(body))
}

fn check(headers: &[(&'static str, &str)], body: &[u8], now: Timestamp) -> Result<Checked, Refused> {
    receiver_with(Some(SECRET)).unwrap().check(hook(headers, body), now)
}

#[test]
fn a_known_signature_is_what_we_compute() {
    let body = r#"{"event":"team_chat.dm_message_posted","event_ts":1767225600123,"payload":{"object":{"message":"hé 😀"}}}"#;
    assert_eq!(
        sign(SECRET, "1767225600", body.as_bytes()),
        "v0=95fbf97c8873a4e10942e9bbedfe114bf2dd342253b341c6135689e58cec40eb"
    );
}

#[test]
fn what_is_signed_is_let_in_until_it_is_too_old_to_be_repeated() {
    let good = sign(SECRET, SENT, POSTED);
    let headers = [(SIGNATURE, good.as_str()), (TIMESTAMP, SENT)];
    for later in [Duration::ZERO, Duration::from_mins(86)] {
        let checked = check(&headers, POSTED, NOW.plus(later));
        assert!(matches!(checked, Ok(Checked::Deliver(_))), "{later:?}");
    }
    for (now, expected) in
        [(NOW.plus(OLDEST), Refused::Stale), (NOW.minus(AHEAD + Duration::from_secs(5)), Refused::Stale)]
    {
        assert_eq!(check(&headers, POSTED, now).err(), Some(expected));
    }
}

#[test]
fn everything_else_is_a_forgery() {
    let good = sign(SECRET, SENT, POSTED);
    let forged = |headers: &[(&'static str, &str)], body: &[u8]| {
        assert_eq!(check(headers, body, NOW).err(), Some(Refused::Forged), "{headers:?}");
    };
    forged(&[], POSTED);
    forged(&[(SIGNATURE, &good)], POSTED);
    forged(&[(TIMESTAMP, SENT)], POSTED);
    forged(&[(SIGNATURE, &good), (TIMESTAMP, "1767603601")], POSTED);
    forged(&[(SIGNATURE, &good), (SIGNATURE, &good), (TIMESTAMP, SENT)], POSTED);
    forged(&[(SIGNATURE, &good), (TIMESTAMP, SENT), (TIMESTAMP, SENT)], POSTED);
    forged(&[(SIGNATURE, &good[3..]), (TIMESTAMP, SENT)], POSTED);
    forged(&[(SIGNATURE, "v0="), (TIMESTAMP, SENT)], POSTED);
    forged(&[(SIGNATURE, &good[..good.len() - 2]), (TIMESTAMP, SENT)], POSTED);
    forged(&[(SIGNATURE, &sign("other", SENT, POSTED)), (TIMESTAMP, SENT)], POSTED);
    let mut changed = POSTED.to_vec();
    changed[20] ^= 1;
    forged(&[(SIGNATURE, &good), (TIMESTAMP, SENT)], &changed);
}

#[test]
fn a_time_that_is_none_is_malformed_and_other_channels_are_not_ours() {
    let signed = sign(SECRET, "soon", POSTED);
    let headers = [(SIGNATURE, signed.as_str()), (TIMESTAMP, "soon")];
    assert_eq!(check(&headers, POSTED, NOW).err(), Some(Refused::Malformed));
    let mut elsewhere = hook(&headers, POSTED);
    elsewhere.channel = "other".to_owned();
    let refused = receiver_with(Some(SECRET)).unwrap().check(elsewhere, NOW).err();
    assert_eq!(refused, Some(Refused::Malformed));
}

#[test]
fn the_hand_shake_is_answered_to_zoom_alone() {
    let signed = sign(SECRET, SENT, CHALLENGE);
    let headers = [(SIGNATURE, signed.as_str()), (TIMESTAMP, SENT)];
    let Ok(Checked::Answer(answer)) = check(&headers, CHALLENGE, NOW) else { panic!("not answered") };
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body["plainToken"], "abcDEF123plain");
    assert_eq!(body["encryptedToken"], "54f01d5a743f7b889029c4a5a8500175aea6a3af7318aecd0072104ebeada759");
    assert_eq!(check(&[(TIMESTAMP, SENT)], CHALLENGE, NOW).err(), Some(Refused::Forged));
    let long =
        json!({"event": VALIDATION, "payload": {"plainToken": "x".repeat(LONGEST_TOKEN + 1)}}).to_string();
    let signed = sign(SECRET, SENT, long.as_bytes());
    let headers = [(SIGNATURE, signed.as_str()), (TIMESTAMP, SENT)];
    assert_eq!(check(&headers, long.as_bytes(), NOW).err(), Some(Refused::Malformed));
}

#[test]
fn without_a_secret_token_nothing_can_be_proven() {
    let wrong = receiver_with(None).err().unwrap();
    assert!(wrong.contains("secrets.secret_token"), "{wrong}");
    let wrong = receiver_of(&[(SUBSCRIPTION, "s"), (DIRECTORY_ID, "d")]).err().unwrap();
    assert!(wrong.contains("secrets.directory_client_secret"), "{wrong}");
    // Who hears by WebSocket is called by nobody, whatever it is signed with.
    let fed = receiver_of(&[(SUBSCRIPTION, "s"), (DIRECTORY_ID, "d"), (DIRECTORY_SECRET, "x")]).unwrap();
    for secret in ["", "s", "x"] {
        let signed = sign(secret, SENT, POSTED);
        let called = fed.check(hook(&[(SIGNATURE, &signed), (TIMESTAMP, SENT)], POSTED), NOW);
        assert_eq!(called.err(), Some(Refused::Forged));
    }
    let receiver = receiver_with(Some(SECRET)).unwrap();
    assert_eq!(receiver.open(&other(), POSTED).err().as_deref(), Some("the event is of another message"));
}

fn other() -> MessageRef {
    let workspace = WorkspaceRef { platform: "zoom".into(), id: "acme".into() };
    crate::id::message(&crate::id::direct(&workspace, "a", "b"), "1")
}
