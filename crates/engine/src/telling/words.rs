//! What is said to a sender, in plain words. Pure. No message is quoted: which one is meant is said by when it was
//! written, so that a notice says nothing that its lane does not say anyway. A platform's own words of refusal are for
//! operators; the sender learns that it refused.

use entente_model::Timestamp;
use entente_store::{About, What, Work};

use crate::reason::Reason;

/// What is known beside the news itself.
pub(crate) struct Around<'a> {
    /// What the target is called, such as the platform's name.
    pub(crate) there: &'a str,
    /// The name of the person who was written to.
    pub(crate) other: &'a str,
    /// Whether the sender's consent is missing and there is a link by which it can be given.
    pub(crate) link: bool,
    /// The present instant.
    pub(crate) now: Timestamp,
}

/// What to say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The sentences.
    pub(crate) text: String,
    /// Whether they end with the link by which the sender can consent.
    pub(crate) link: bool,
}

/// What to say. `None`: nothing.
pub(crate) fn words(what: &What, around: &Around<'_>) -> Option<Said> {
    let there = around.there;
    let text = match what {
        What::Waits { about, reason, stands } => return Some(waits(about, reason, *stands, around)),
        What::Died { about, reason } => {
            let subject = subject(about, around.now);
            match Reason::named(reason) {
                (Reason::NeverLearned, _) => format!(
                    "{subject} may not have reached {there}: whether it arrived could not be learned. Please ask {} \
                     before you write it again.",
                    around.other
                ),
                (reason, too_long) => {
                    let end = if too_long { " Entente has given up trying." } else { "" };
                    format!(
                        "{subject} could not be delivered to {there}. {}{end}",
                        died_because(reason, there)
                    )
                }
            }
        }
        What::WentThrough { delivered: 0, .. } => return None,
        What::WentThrough { died: 0, .. } => "Your earlier messages have gone through now.".to_owned(),
        What::WentThrough { died, .. } => {
            format!("Your other earlier messages have gone through now; {died} could not be delivered.")
        }
    };
    Some(Said { text, link: false })
}

fn waits(about: &About, stored: &str, stands: bool, around: &Around<'_>) -> Said {
    let there = around.there;
    let one = about.messages == 1;
    let (has, it_is) = if one { ("has", "It is") } else { ("have", "They are") };
    let reason = Reason::named(stored).0;
    let consent = match reason {
        _ if stands => None,
        Reason::NoConsent => Some("You have not consented yet that Entente writes there as you."),
        _ if around.link => Some("Your consent that Entente writes there as you is not valid any more."),
        _ => None,
    };
    let (why, until) = match consent {
        Some(why) if around.link => (why.to_owned(), "once you do, by this link, which is good for a week: "),
        Some(why) => (why.to_owned(), "once you do; your administrator can send you the link for it."),
        None if stands => ("An administrator has to look at it first.".to_owned(), "after that."),
        None => (waits_because(stored, reason, there), "as soon as possible."),
    };
    let space = if why.is_empty() { "" } else { " " };
    let text = format!(
        "{} {has} not reached {there} yet. {why}{space}{it_is} kept and will be delivered {until}",
        subject(about, around.now)
    );
    Said { text, link: consent.is_some() && around.link }
}

/// What it is about.
fn subject(about: &About, now: Timestamp) -> String {
    let at = instant(about.since, now);
    match (about.messages, about.work) {
        (1, Some(Work::Edit)) => format!("Your change of {at} to a message"),
        (1, Some(Work::Delete)) => format!("Your deletion of {at}"),
        (1, _) => format!("Your message of {at}"),
        (messages, Some(Work::Edit)) => format!("Your changes since {at} to {messages} messages"),
        (messages, Some(Work::Delete)) => format!("Your {messages} deletions since {at}"),
        (messages, _) => format!("Your {messages} messages since {at}"),
    }
}

/// An instant as people say it, to the minute; with its day if that is another than today.
fn instant(at: Timestamp, now: Timestamp) -> String {
    let (text, today) = (at.to_string(), now.to_string());
    match (text.get(..10), text.get(11..16)) {
        (day, Some(minute)) if day == today.get(..10) => format!("{minute} UTC"),
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => text,
    }
}

fn waits_because(stored: &str, reason: Reason, there: &str) -> String {
    match reason {
        _ if stored.is_empty() => String::new(),
        Reason::Unreached | Reason::NoAnswer => {
            format!("{there} cannot be reached or does not take it at the moment.")
        }
        Reason::Pause => format!("{there} takes messages only slowly at the moment."),
        Reason::BeingMade => "What speaks for you there is still being prepared.".to_owned(),
        Reason::Unknown => {
            "It may have arrived already; Entente makes sure before it tries again.".to_owned()
        }
        Reason::NoTrace => "An earlier attempt did not arrive.".to_owned(),
        _ => "Entente cannot write there as you at the moment; your administrator can see why.".to_owned(),
    }
}

fn died_because(reason: Reason, there: &str) -> String {
    match reason {
        Reason::Unreached | Reason::NoAnswer | Reason::Pause | Reason::NoTrace => {
            format!("{there} did not take it.")
        }
        Reason::NoConsent => "You have not consented that Entente writes there as you.".to_owned(),
        Reason::NoRoom => format!(
            "You have no account there, and Entente cannot open a room on {there} in which it could write for you."
        ),
        Reason::PlaceGone => "The conversation there does not exist any more.".to_owned(),
        Reason::Unreadable | Reason::KeyGone => "Entente cannot read it any more.".to_owned(),
        Reason::Refused => format!("{there} refused it; your administrator can see why."),
        _ => "Entente could not write there as you; your administrator can see why.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
