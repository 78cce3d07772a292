//! What every platform's text is held to, through its own parser and printers and nothing else of it.
//!
//! - The **laws** (`tests/it/laws.rs`): printing and reading keeps what is said; nothing is called, linked or styled that the
//!   tree does not say; no request exceeds the vendor's limit in the vendor's unit; cutting loses no looks.
//! - The **golden cases** (`golden/`): a payload as the vendor documents it, the neutral tree, and what each platform is
//!   given for it, to be read by people.
//! - The **hostile texts** ([`bombs`]): what would make a careless parser quadratic or overrun its stack.
//! - The **corpus** (`fuzz/corpus` of the project): what the fuzz targets begin from, run as tests as well.
//!
//! What a vendor takes and how long it may be is written down here once more ([`Dialect`]), from the vendors' documents and
//! not from the connectors, so that a connector's mistake about it is found.

pub mod bombs;
mod dialect;
pub mod fuzz;
mod outline;

pub use dialect::{ALL, Dialect, dialect};
pub use outline::outline;
