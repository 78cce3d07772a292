//! A webhook as it came in, and whether it was proven to come from the vendor. The proof is a type: [`crate::Receiver`]
//! reads only what it has vouched for.

use std::marker::PhantomData;

use bytes::Bytes;
use http::HeaderMap;

/// Nobody has looked at it.
#[derive(Debug, Clone, Copy)]
pub struct Unverified;

/// It comes from the vendor.
#[derive(Debug, Clone, Copy)]
pub struct Verified;

/// A webhook request.
#[derive(Debug, Clone)]
pub struct Hook<State> {
    /// The last part of the path it came to. What it means is the platform's choice (see [`crate::Listen::callback`]).
    pub channel: String,
    /// The query, without `?`, still encoded.
    pub query: Option<String>,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The raw body; signatures are made over these bytes.
    pub body: Bytes,
    state: PhantomData<State>,
}

impl Hook<Unverified> {
    /// A webhook that nobody has looked at.
    pub fn new(channel: String, query: Option<String>, headers: HeaderMap, body: Bytes) -> Self {
        Self { channel, query, headers, body, state: PhantomData }
    }

    /// Declares it proven. Only for [`crate::Receiver::check`], after it has proven it, and for a [`crate::Feed`], of what
    /// came over a connection that it opened to the vendor itself.
    pub fn vouch(self) -> Hook<Verified> {
        let Self { channel, query, headers, body, .. } = self;
        Hook { channel, query, headers, body, state: PhantomData }
    }
}
