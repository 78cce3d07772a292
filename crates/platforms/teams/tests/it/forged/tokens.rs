//! Tokens that Microsoft did not sign, not for us, or not for now.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use entente_model::Timestamp;
use entente_platform::{Hook, Platform as _, Refused, Unverified};
use entente_platform_teams::Teams;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::{batch, verdict, verdict_at, with};
use crate::support::*;

/// Puts a token into the place where each of the two services has it.
struct Place {
    header: fn() -> Value,
    claims: fn() -> Value,
    kid: &'static str,
    hook: fn(&str) -> Hook<Unverified>,
}

const PLACES: [Place; 2] = [
    Place {
        header: graph_header,
        claims: graph_claims,
        kid: "g1",
        hook: |token| with("/validationTokens", json!([token])),
    },
    Place {
        header: bot_header,
        claims: bot_claims,
        kid: "b1",
        hook: |token| activity(&fixture("activity_message"), token),
    },
];

impl Place {
    fn judge(&self, header: &Value, claims: &Value) -> Result<(), Refused> {
        verdict((self.hook)(&token(header, claims, &SIGNER)))
    }

    fn with_header(&self, field: &str, value: Value) -> Result<(), Refused> {
        let mut header = (self.header)();
        header[field] = value;
        self.judge(&header, &(self.claims)())
    }

    fn with_claim(&self, field: &str, value: Value) -> Result<(), Refused> {
        let mut claims = (self.claims)();
        claims[field] = value;
        self.judge(&(self.header)(), &claims)
    }
}

#[test]
fn a_token_must_be_signed_by_the_key_it_names() {
    for place in &PLACES {
        let (header, claims) = ((place.header)(), (place.claims)());
        assert_eq!(place.judge(&header, &claims), Ok(()));
        let stranger = token(&header, &claims, &STRANGER);
        assert_eq!(verdict((place.hook)(&stranger)), Err(Refused::Forged));
        let good = token(&header, &claims, &SIGNER);
        let (parts, signature) = good.rsplit_once('.').unwrap();
        let (head, _) = parts.split_once('.').unwrap();
        let mut other = claims.clone();
        other["exp"] = json!(other["exp"].as_i64().unwrap() + 1);
        let other = URL_SAFE_NO_PAD.encode(other.to_string());
        for bad in [
            format!("{head}.{other}.{signature}"),
            format!("{parts}."),
            format!("{parts}.{}", &signature[..signature.len() - 2]),
            format!("{parts}.{signature}AA"),
            format!("{parts}.{signature}="),
            format!("{good}.{signature}"),
            parts.to_owned(),
            String::new(),
            "..".to_owned(),
            format!("{good}\u{e9}"),
        ] {
            assert_eq!(verdict((place.hook)(&bad)), Err(Refused::Forged), "{bad}");
        }
    }
}

#[test]
fn no_other_algorithm_is_taken() {
    for place in &PLACES {
        let parts = |alg: &str| {
            let mut header = (place.header)();
            header["alg"] = json!(alg);
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}", part(&header), part(&(place.claims)()))
        };
        // Signed rightly for RS256, whatever it claims; and `none` with and without a signature.
        for alg in ["none", "None", "HS256", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", ""] {
            let parts = parts(alg);
            assert_eq!(verdict((place.hook)(&sign(&parts, &SIGNER))), Err(Refused::Forged), "{alg}");
            assert_eq!(verdict((place.hook)(&format!("{parts}."))), Err(Refused::Forged), "{alg}");
        }
        // The public key as a shared secret.
        let parts = parts("HS256");
        let keys = jwks(place.kid, &SIGNER, &["msteams"]);
        let modulus = keys["keys"][1]["n"].as_str().unwrap();
        for secret in
            [modulus.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(modulus).unwrap(), keys.to_string().into()]
        {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), parts.as_bytes());
            let token = format!("{parts}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
            assert_eq!(verdict((place.hook)(&token)), Err(Refused::Forged));
        }
    }
}

#[test]
fn a_key_that_is_not_held_is_asked_for_only_when_the_rest_fits() {
    for place in &PLACES {
        assert_eq!(place.with_header("kid", json!("rolled-over")), Err(Refused::UnknownKey));
        assert_eq!(place.with_header("kid", json!("curve")), Err(Refused::UnknownKey));
        assert_eq!(place.with_header("kid", json!(null)), Err(Refused::Forged));
        let mut header = (place.header)();
        header["kid"] = json!("rolled-over");
        let mut claims = (place.claims)();
        claims["aud"] = json!("0bad0000-0000-4000-8000-00000000000c");
        assert_eq!(place.judge(&header, &claims), Err(Refused::Forged));
    }
}

#[test]
fn a_key_set_of_the_other_service_proves_nothing() {
    let mut header = graph_header();
    header["kid"] = json!("b1");
    assert_eq!(PLACES[0].judge(&header, &graph_claims()), Err(Refused::UnknownKey));
    assert_eq!(PLACES[1].judge(&graph_header(), &bot_claims()), Err(Refused::UnknownKey));
    assert_eq!(PLACES[0].judge(&graph_header(), &bot_claims()), Err(Refused::Forged));
    assert_eq!(PLACES[1].judge(&bot_header(), &graph_claims()), Err(Refused::Forged));
}

#[test]
fn a_token_for_somebody_else_is_forged() {
    for place in &PLACES {
        for audience in
            [json!("0bad0000-0000-4000-8000-00000000000c"), json!(""), json!(null), json!([CLIENT, "x"])]
        {
            assert_eq!(place.with_claim("aud", audience.clone()), Err(Refused::Forged), "{audience}");
        }
        for issuer in [
            json!("https://sts.windows.net/0bad0000-0000-4000-8000-000000000000/"),
            json!(format!("https://sts.windows.net/{TENANT}")),
            json!("https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"),
            json!("https://api.botframework.com/"),
            json!(""),
            json!(null),
        ] {
            assert_eq!(place.with_claim("iss", issuer.clone()), Err(Refused::Forged), "{issuer}");
        }
        assert_eq!(place.with_claim("exp", json!(null)), Err(Refused::Forged));
        assert_eq!(place.with_claim("exp", json!("soon")), Err(Refused::Forged));
    }
}

#[test]
fn a_validation_token_is_for_change_tracking() {
    let place = &PLACES[0];
    assert_eq!(
        place.with_claim("appid", json!("0bad0000-0000-4000-8000-00000000000c")),
        Err(Refused::Forged)
    );
    assert_eq!(place.with_claim("appid", json!(null)), Err(Refused::Forged));
    // Version 2 of the sign-in service calls it otherwise; a wrong `appid` is not mended by it.
    let mut claims = graph_claims();
    claims.as_object_mut().unwrap().remove("appid");
    claims["azp"] = json!(CHANGE_TRACKING);
    assert_eq!(place.judge(&graph_header(), &claims), Ok(()));
    claims["appid"] = json!(CLIENT);
    assert_eq!(place.judge(&graph_header(), &claims), Err(Refused::Forged));
}

#[test]
fn every_validation_token_of_a_batch_counts() {
    let good = token(&graph_header(), &graph_claims(), &SIGNER);
    let bad = token(&graph_header(), &graph_claims(), &STRANGER);
    assert_eq!(verdict(with("/validationTokens", json!([good, bad]))), Err(Refused::Forged));
    assert_eq!(verdict(with("/validationTokens", json!([bad, good]))), Err(Refused::Forged));
    assert_eq!(verdict(with("/validationTokens", json!([good, good]))), Ok(()));
}

#[test]
fn a_token_is_good_for_its_time_give_or_take_five_minutes() {
    let seconds = |offset: i64| Timestamp(NOW.0 + offset * 1_000_000);
    for place in &PLACES {
        let (header, claims) = ((place.header)(), (place.claims)());
        let at = |offset| verdict_at((place.hook)(&token(&header, &claims, &SIGNER)), seconds(offset));
        let now = NOW.millis() / 1_000;
        let (nbf, exp) = (claims["nbf"].as_i64().unwrap() - now, claims["exp"].as_i64().unwrap() - now);
        assert_eq!(at(nbf - 300), Ok(()));
        assert_eq!(at(nbf - 301), Err(Refused::Stale));
        assert_eq!(at(exp + 300), Ok(()));
        assert_eq!(at(exp + 301), Err(Refused::Stale));
        assert_eq!(place.with_claim("exp", json!(0)), Err(Refused::Stale));
        assert_eq!(place.with_claim("exp", json!(i64::MAX)), Ok(()));
        // Times before the epoch are none.
        assert_eq!(place.with_claim("exp", json!(-1)), Err(Refused::Forged));
        assert_eq!(place.with_claim("exp", json!(i64::MIN)), Err(Refused::Forged));
    }
}

#[test]
fn a_token_that_is_remembered_still_ends_and_stays_with_its_receiver() {
    let receiver = receiver();
    let check = |now| receiver.check(hook("changes", &batch()), now).map(|_| ());
    let batch = batch();
    let again = |now| receiver.check(hook("changes", &batch), now).map(|_| ());
    assert_eq!(check(NOW), Ok(()));
    for _ in 0..3 {
        assert_eq!(again(NOW), Ok(()));
    }
    let ended = Timestamp(NOW.0 + 3_301 * 1_000_000);
    assert_eq!(again(ended), Err(Refused::Stale));
    // With other keys nothing that was proven before counts.
    let mut secrets = secrets();
    secrets.public_keys.insert("graph".into(), jwks("g1", &STRANGER, &[]).to_string().into_bytes().into());
    let other = Teams.receiver(&site(), secrets).unwrap();
    assert_eq!(other.check(hook("changes", &batch), NOW).unwrap_err(), Refused::Forged);
}

#[test]
fn an_activity_must_name_what_its_token_names() {
    let judge = |field: &str, value: Value| {
        let mut body = fixture("activity_message");
        body[field] = value;
        verdict(activity(&body, &bot_token()))
    };
    assert_eq!(judge("serviceUrl", json!("https://evil.example/amer/")), Err(Refused::Forged));
    assert_eq!(judge("serviceUrl", json!("")), Err(Refused::Forged));
    assert_eq!(judge("serviceUrl", json!(null)), Err(Refused::Forged));
    assert_eq!(judge("channelId", json!("webchat")), Err(Refused::Forged));
    assert_eq!(judge("channelId", json!("emulator")), Err(Refused::Forged));
    assert_eq!(PLACES[1].with_claim("serviceurl", json!(null)), Err(Refused::Forged));
    assert_eq!(PLACES[1].with_claim("serviceurl", json!("https://evil.example/")), Err(Refused::Forged));
}

#[test]
fn a_key_speaks_only_for_the_channels_it_is_endorsed_for() {
    let mut secrets = secrets();
    secrets
        .public_keys
        .insert("bot".into(), jwks("b1", &SIGNER, &["webchat"]).to_string().into_bytes().into());
    let receiver = Teams.receiver(&site(), secrets).unwrap();
    let hook = activity(&fixture("activity_message"), &bot_token());
    assert_eq!(receiver.check(hook, NOW).unwrap_err(), Refused::Forged);
    // What the token says about endorsements is not asked.
    let mut claims = bot_claims();
    claims["endorsements"] = json!(["msteams"]);
    let hook = activity(&fixture("activity_message"), &token(&bot_header(), &claims, &SIGNER));
    assert_eq!(receiver.check(hook, NOW).unwrap_err(), Refused::Forged);
}

#[test]
fn an_activity_has_one_bearer_token() {
    let body = fixture("activity_message").to_string();
    let judge = |values: &[String]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::try_from(value).unwrap());
        }
        verdict(Hook::new("messages".into(), None, headers, body.clone().into()))
    };
    let good = format!("Bearer {}", bot_token());
    assert_eq!(judge(std::slice::from_ref(&good)), Ok(()));
    assert_eq!(judge(&[]), Err(Refused::Forged));
    assert_eq!(judge(&[good.clone(), good.clone()]), Err(Refused::Forged));
    assert_eq!(judge(&["Bearer x".to_owned(), good.clone()]), Err(Refused::Forged));
    assert_eq!(judge(&[good.replace("Bearer", "Basic")]), Err(Refused::Forged));
    assert_eq!(judge(&["Bearer".to_owned()]), Err(Refused::Forged));
    let malformed =
        Hook::new("messages".into(), None, activity(&json!({}), &bot_token()).headers, Bytes::new());
    assert_eq!(verdict(malformed), Err(Refused::Malformed));
}
