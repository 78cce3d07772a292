//! What every platform's text is held to.

mod corpus;
mod golden;
mod laws;
mod speed;
