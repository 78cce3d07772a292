//! Laws of the text conversions, held over generated bodies with hostile text.

mod cutting;
mod round_trips;
mod strangers;
