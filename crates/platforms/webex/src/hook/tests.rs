//! Forgeries, and what is let in.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::*;

const CREATED: &[u8] = include_bytes!("../../../../../fixtures/webex/delivery_created.json");
const LOGIN: &str = "0191a0d0-0000-7000-8000-000000000001";

fn receiver() -> WebexReceiver {
    let workspace = WorkspaceRef { platform: "webex".into(), id: "acme".into() };
    WebexReceiver::new(workspace, HookKey::new([7; 32]))
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn hook(channel: &str, signatures: &[&str], body: &[u8]) -> Hook<Unverified> {
    let mut headers = HeaderMap::new();
    for signature in signatures {
        headers.append(SIGNATURE, HeaderValue::from_str(signature).unwrap());
    }
    Hook::new(channel.to_owned(), None, headers, Bytes::copy_from_slice(body))
}

fn refused(hook: Hook<Unverified>) -> Option<Refused> {
    receiver().check(hook, Timestamp::default()).err()
}

#[test]
fn the_scheme_is_the_documented_one() {
    // RFC 2202, test case 2: the same function over the same bytes.
    assert_eq!(sign("Jefe", b"what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

#[test]
fn what_is_signed_with_the_logins_secret_is_let_in() {
    let signature = sign(&HookKey::new([7; 32]).secret(LOGIN), CREATED);
    let Ok(Checked::Deliver(proven)) =
        receiver().check(hook(LOGIN, &[&signature], CREATED), Timestamp::default())
    else {
        panic!("refused")
    };
    let items = receiver().heads(&proven);
    let [Item::Head(head)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(head.watcher.to_string(), LOGIN);
}

#[test]
fn everything_else_is_a_forgery() {
    let key = HookKey::new([7; 32]);
    let good = sign(&key.secret(LOGIN), CREATED);
    let other = "0191a0d0-0000-7000-8000-000000000002";
    let mut changed = CREATED.to_vec();
    changed[10] ^= 1;
    let upper = LOGIN.to_uppercase();
    let cases: [(&str, &[&str], &[u8]); 11] = [
        (LOGIN, &[], CREATED),
        (LOGIN, &[""], CREATED),
        (LOGIN, &["zz"], CREATED),
        (LOGIN, &[&good[..38]], CREATED),
        (LOGIN, &[&good, &good], CREATED),
        (LOGIN, &[&good], &changed),
        (LOGIN, &[&good], b""),
        (other, &[&good], CREATED),
        (&upper, &[&sign(&key.secret(&upper), CREATED)], CREATED),
        ("app", &[&sign(&key.secret("app"), CREATED)], CREATED),
        (LOGIN, &[&sign(&HookKey::new([8; 32]).secret(LOGIN), CREATED)], CREATED),
    ];
    for (number, (channel, signatures, body)) in cases.into_iter().enumerate() {
        assert_eq!(refused(hook(channel, signatures, body)), Some(Refused::Forged), "{number}");
    }
}

#[test]
fn nothing_is_read_before_the_proof_and_nonsense_after_it_is_set_aside() {
    let nonsense = b"{\"resource\":\"messages\"";
    assert_eq!(refused(hook(LOGIN, &["00"], nonsense)), Some(Refused::Forged));
    let signature = sign(&HookKey::new([7; 32]).secret(LOGIN), nonsense);
    let checked = receiver().check(hook(LOGIN, &[&signature], nonsense), Timestamp::default());
    let Ok(Checked::Deliver(proven)) = checked else { panic!("refused") };
    assert!(matches!(receiver().heads(&proven).as_slice(), [Item::Malformed { .. }]));
}
