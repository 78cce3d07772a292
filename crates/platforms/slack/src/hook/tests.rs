//! What is proven, and what is not.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::*;

/// The check vector of the vendor's own client for Python, with these three.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const BODY: &str = r#"{"type":"event_callback","team_id":"T0BRIDGE1","event_id":"Ev0BRIDGE1"}"#;
const PROOF: &str = "v0=e2f19415b7b51d1a405aaec09d80a024977b127a2e9fb51062de316cc23f3805";
const NOW: i64 = 1_700_000_000;

fn hook(channel: &str, headers: &[(&'static str, &str)], body: &'static str) -> Hook<Unverified> {
    let headers =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    Hook::new(channel.to_owned(), None, headers, Bytes::from_static(body.as_bytes()))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

fn checked(hook: Hook<Unverified>, now: i64) -> Result<Checked, Refused> {
    check(Some(&SECRET.to_owned().into()), hook, at(now))
}

fn genuine() -> Hook<Unverified> {
    hook(EVENTS, &[(SIGNATURE, PROOF), (TIME, "1700000000")], BODY)
}

#[test]
fn a_genuine_one_is_delivered() {
    assert!(matches!(checked(genuine(), NOW), Ok(Checked::Deliver(_))));
    assert!(matches!(checked(genuine(), NOW + 300), Ok(Checked::Deliver(_))));
    assert!(matches!(checked(genuine(), NOW - 300), Ok(Checked::Deliver(_))));
}

#[test]
fn an_old_one_is_stale() {
    assert_eq!(checked(genuine(), NOW + 301).err(), Some(Refused::Stale));
    assert_eq!(checked(genuine(), NOW - 301).err(), Some(Refused::Stale));
}

#[test]
fn anything_else_is_forged() {
    let forged = |hook| assert_eq!(checked(hook, NOW).err(), Some(Refused::Forged));
    forged(hook(EVENTS, &[(SIGNATURE, PROOF), (TIME, "1700000001")], BODY));
    forged(hook(EVENTS, &[(SIGNATURE, PROOF), (TIME, "1700000000")], "{}"));
    forged(hook(EVENTS, &[(SIGNATURE, &PROOF[..60]), (TIME, "1700000000")], BODY));
    forged(hook(EVENTS, &[(SIGNATURE, &PROOF.replace("v0=", "v1=")), (TIME, "1700000000")], BODY));
    forged(hook(EVENTS, &[(SIGNATURE, PROOF)], BODY));
    forged(hook(EVENTS, &[(TIME, "1700000000")], BODY));
    forged(hook(EVENTS, &[], BODY));
    // What comes by a connection of ours never comes by a webhook.
    forged(hook("socket", &[(SIGNATURE, PROOF), (TIME, "1700000000")], BODY));
    let other = check(Some(&"another".to_owned().into()), genuine(), at(NOW));
    assert_eq!(other.err(), Some(Refused::Forged));
    assert_eq!(check(None, genuine(), at(NOW)).err(), Some(Refused::Forged));
}

#[test]
fn a_header_that_comes_twice_is_forged() {
    let mut twice = genuine();
    twice.headers.append(SIGNATURE, PROOF.parse().unwrap());
    assert_eq!(checked(twice, NOW).err(), Some(Refused::Forged));
}

fn signed(body: &'static str) -> Hook<Unverified> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("v0:{NOW}:{body}").as_bytes());
    let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
    hook(EVENTS, &[(SIGNATURE, &signature), (TIME, &NOW.to_string())], body)
}

#[test]
fn a_challenge_is_given_back_as_text() {
    let Ok(Checked::Answer(answer)) =
        checked(signed(include_str!("../../../../../fixtures/slack/url_verification.json")), NOW)
    else {
        panic!("no answer")
    };
    assert_eq!(&answer.body()[..], b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let without = signed(r#"{"type":"url_verification"}"#);
    assert_eq!(checked(without, NOW).err(), Some(Refused::Malformed));
}

#[test]
fn what_is_proven_may_be_unreadable() {
    assert!(matches!(checked(signed("<html>"), NOW), Ok(Checked::Deliver(_))));
}
