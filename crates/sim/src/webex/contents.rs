//! Files of messages ("Message Attachments", and `files` in "Get Message Details"): whoever may see the message may fetch
//! them, with the same token.
//!
//! A file is scanned for malware first. Until that is over a download answers 423, perhaps with the seconds to wait; an
//! infected file answers 410, and one that could not be scanned 428 unless the caller takes the risk (`allow=unscannable`).

use super::Webex;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::world::messages::Scan;
use super::{id, messages};

/// `GET /contents/{contentId}`; `HEAD` answers the headers alone.
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_read")?;
    let (region, message, index) = id::read_content(call.segment(1)).ok_or_else(Refusal::missing)?;
    let world = webex.world();
    let (_, message) = messages::seen(&world, caller, call, &region, message)?;
    let held = message.content.files.get(index).ok_or_else(Refusal::missing)?;
    let left = held.scanned.saturating_sub(call.now);
    if left > 0 {
        let mut refusal = Refusal::new(423, "The requested content is being scanned for malware.");
        let seconds = u64::try_from(left).unwrap_or(0).div_ceil(1000);
        refusal.retry_after = call.switches.file_scan_says_when.then_some(seconds);
        return Err(refusal);
    }
    let risked =
        call.query("allow").is_some_and(|allowed| allowed.split(',').any(|one| one == "unscannable"));
    match held.scan {
        Scan::Infected => Err(Refusal::new(410, "The requested content was infected with malware.")),
        Scan::Unscannable if !risked => {
            Err(Refusal::new(428, "The requested content could not be scanned for malware."))
        }
        Scan::Clean | Scan::Unscannable => Ok(Answer::file(&held.file)),
    }
}
