//! What a verifier needs to know. `OpenID` Connect Discovery, in the two versions Entra ID publishes: version 1 is where
//! the signers of validation tokens are found ("Set up change notifications that include resource data"), version 2 is
//! what sign-in libraries read.

use serde_json::{Value, json};

use crate::teams::call::Call;
use crate::teams::keys;
use crate::teams::sim::Sim;

/// `/{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) fn version_2(sim: &Sim, call: &Call, tenant: &str) -> Value {
    let base = format!("{}/{tenant}", call.base);
    json!({
        "issuer": format!("{}/{}/v2.0", call.base, issuing(sim, tenant)),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "oid"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    })
}

/// `/{tenant}/.well-known/openid-configuration`.
pub(super) fn version_1(sim: &Sim, call: &Call, tenant: &str) -> Value {
    let base = format!("{}/{tenant}", call.base);
    json!({
        "issuer": format!("https://sts.windows.net/{}/", issuing(sim, tenant)),
        "authorization_endpoint": format!("{base}/oauth2/authorize"),
        "token_endpoint": format!("{base}/oauth2/token"),
        "jwks_uri": format!("{base}/discovery/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

/// The general names publish a template instead of an issuer.
fn issuing<'a>(sim: &'a Sim, tenant: &str) -> &'a str {
    if super::own_tenant(sim, tenant) { &sim.tenant } else { "{tenantid}" }
}

/// `/{tenant}/discovery/v2.0/keys`.
pub(super) fn keys() -> Value {
    json!({"keys": [keys::entra().jwk(&json!({}))]})
}
