//! People: read from directories, matched by their confirmed addresses, given a primary, and represented elsewhere.
//!
//! Three things are kept apart. *Matching* is pure: directories and what is known go in, people and conflicts come out,
//! and whatever is not certain is a conflict, never a guess. A *plan* is the difference between that and what stands in
//! the store, line by line, so that it can be read before anything happens. *Applying* looks again, refuses if other
//! lines would come out now, and writes; a line that is done already is no line any more, which makes applying safe to
//! repeat and to resume. Nothing here calls a platform but the import; bots are made by the reconciler of
//! [`crate::provision`].

use entente_model::{AccountRef, Person, PersonId, WorkspaceId};

mod apply;
mod difference;
mod import;
mod matching;
mod plan;

pub use apply::Applied;
pub(crate) use matching::named_id;
pub use matching::{Conflict, ConflictReason, Matched, Matching, News, PrimaryRule};
pub use plan::{Action, PlanLine, SyncPlan, Unrepresented};
