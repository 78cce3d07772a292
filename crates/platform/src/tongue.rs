//! How the people of one platform write: what a message of the vendor's says, and what the vendor is given to say something.
//!
//! This is the pure half of a connector with nothing around it, no site, no token and no call. The product does not need it;
//! golden cases, laws and fuzzing do, which hold all platforms to the same, each through its own parser and printers.

use entente_model::{Body, Loss, Message};
use serde::Serialize;
use serde_json::Value;

use crate::Platform;

/// The reading and writing of one platform.
pub trait Tongue: Platform {
    /// What a message says, read from the vendor's own form of it, as its history lists it.
    ///
    /// # Errors
    /// What is wrong with the form, without anything that stands in it.
    fn read(&self, message: &[u8]) -> Result<Message, String>;

    /// What the vendor is given for a new message that says this: the fields that say it, by the vendor's names.
    fn write(&self, body: &Body) -> Written;

    /// The same for a message that is changed to say this.
    fn rewrite(&self, body: &Body) -> Written;

    /// The same for what the Entente app says itself.
    fn announce(&self, body: &Body) -> Written;
}

/// A body in the vendor's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The fields of the request that say it, as the vendor is sent them: an object of JSON.
    pub request: Vec<u8>,
    /// What could not be shown.
    pub losses: Vec<Loss>,
}

impl Written {
    /// What is sent in these fields.
    ///
    /// # Panics
    /// When the fields are none of JSON.
    pub fn of(fields: &impl Serialize, losses: Vec<Loss>) -> Self {
        Self { request: serde_json::to_vec(fields).expect("fields of JSON"), losses }
    }

    /// The fields, to be looked into.
    pub fn fields(&self) -> Value {
        serde_json::from_slice(&self.request).unwrap_or_default()
    }
}
