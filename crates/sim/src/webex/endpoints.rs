//! The simulated endpoints by the names of the Webex REST reference; see
//! [`control::endpoints`](crate::control::endpoints).

use crate::control::endpoints::Endpoint;

/// Every endpoint under `/v1`.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    ("GET", "/v1/people"),
    ("GET", "/v1/people/me"),
    ("GET", "/v1/people/{id}"),
    ("GET", "/v1/rooms"),
    ("POST", "/v1/rooms"),
    ("GET", "/v1/rooms/{id}"),
    ("PUT", "/v1/rooms/{id}"),
    ("DELETE", "/v1/rooms/{id}"),
    ("GET", "/v1/memberships"),
    ("POST", "/v1/memberships"),
    ("GET", "/v1/memberships/{id}"),
    ("PUT", "/v1/memberships/{id}"),
    ("DELETE", "/v1/memberships/{id}"),
    ("GET", "/v1/messages"),
    ("POST", "/v1/messages"),
    ("GET", "/v1/messages/direct"),
    ("GET", "/v1/messages/{id}"),
    ("PUT", "/v1/messages/{id}"),
    ("DELETE", "/v1/messages/{id}"),
    ("GET", "/v1/webhooks"),
    ("POST", "/v1/webhooks"),
    ("GET", "/v1/webhooks/{id}"),
    ("PUT", "/v1/webhooks/{id}"),
    ("DELETE", "/v1/webhooks/{id}"),
    ("GET", "/v1/applications"),
    ("POST", "/v1/applications"),
    ("GET", "/v1/applications/{id}"),
    ("PUT", "/v1/applications/{id}"),
    ("DELETE", "/v1/applications/{id}"),
    ("POST", "/v1/applications/{id}/botToken"),
    ("GET", "/v1/authorize"),
    ("POST", "/v1/authorize"),
    ("POST", "/v1/access_token"),
    ("GET", "/v1/authorizations/tokenExpiry"),
];
