//! Every sentence, as people read it.

use entente_model::{DeliveryId, Timestamp};
use entente_store::{About, UNKNOWN_OUTCOME, What, Work};

use super::{Around, Said, words};
use crate::reason::Reason;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn about(messages: u64, work: Option<Work>) -> About {
    let since = at("2026-03-09T14:05:59Z");
    About { messages, rows: messages + 1, work, since, newest: DeliveryId(7) }
}

fn said(what: &What, link: bool, now: &str) -> Option<Said> {
    words(what, &Around { there: "Teams", other: "Eva Lindqvist", link, now: at(now) })
}

fn text(what: &What) -> String {
    said(what, false, "2026-03-09T14:10:59Z").unwrap().text
}

fn waits(messages: u64, reason: &str) -> What {
    What::Waits { about: about(messages, Some(Work::Send)), reason: reason.to_owned(), stands: false }
}

fn died(messages: u64, work: Option<Work>, reason: &str) -> What {
    What::Died { about: about(messages, work), reason: reason.to_owned() }
}

#[test]
fn a_message_is_named_by_when_it_was_written() {
    assert_eq!(
        text(&waits(1, "")),
        "Your message of 14:05 UTC has not reached Teams yet. It is kept and will be delivered as soon as possible."
    );
    assert_eq!(
        said(&waits(3, Reason::Pause.name()), false, "2026-03-10T00:00:01Z").unwrap().text,
        "Your 3 messages since 2026-03-09 14:05 UTC have not reached Teams yet. Teams takes messages only slowly at \
         the moment. They are kept and will be delivered as soon as possible."
    );
    assert_eq!(
        text(&died(1, Some(Work::Edit), Reason::PlaceGone.name())),
        "Your change of 14:05 UTC to a message could not be delivered to Teams. The conversation there does not exist \
         any more."
    );
    assert_eq!(
        text(&died(2, None, &Reason::Unreached.for_too_long())),
        "Your 2 messages since 14:05 UTC could not be delivered to Teams. Teams did not take it. Entente has given up \
         trying."
    );
}

#[test]
fn nothing_that_a_platform_or_a_program_said_is_repeated() {
    let inside = ["status 400 no code (BadRequest)", UNKNOWN_OUTCOME, "some reason of a later version", ""];
    for reason in inside.into_iter().chain([Reason::CannotSpeak.name(), Reason::Unreadable.name()]) {
        for what in [waits(1, reason), died(1, Some(Work::Send), reason)] {
            let text = text(&what);
            let bare = reason.is_empty() || !text.contains(reason);
            assert!(bare && !text.contains('_') && !text.contains("status"), "{text}");
            assert!(text.ends_with('.') && !text.contains("  ") && !text.contains(".."), "{text}");
        }
    }
}

#[test]
fn who_has_to_consent_is_told_so_and_how() {
    let what = waits(1, Reason::NoConsent.name());
    let with = said(&what, true, "2026-03-09T14:10:59Z").unwrap();
    assert!(with.link && with.text.ends_with(": "), "{with:?}");
    assert!(with.text.contains("You have not consented yet"), "{with:?}");
    let without = said(&what, false, "2026-03-09T14:10:59Z").unwrap();
    assert!(
        !without.link && without.text.contains("your administrator can send you the link"),
        "{without:?}"
    );
    let lost = said(&waits(1, Reason::CannotSpeak.name()), true, "2026-03-09T14:10:59Z").unwrap();
    assert!(lost.link && lost.text.contains("is not valid any more"), "{lost:?}");
}

#[test]
fn a_lane_that_stands_waits_for_an_administrator() {
    let about = about(1, Some(Work::Send));
    let stands = What::Waits { about, reason: "an internal error; see the log".to_owned(), stands: true };
    assert_eq!(
        text(&stands),
        "Your message of 14:05 UTC has not reached Teams yet. An administrator has to look at it first. It is kept and \
         will be delivered after that."
    );
}

#[test]
fn what_may_have_arrived_is_not_said_to_be_lost() {
    assert_eq!(
        text(&died(1, Some(Work::Send), Reason::NeverLearned.name())),
        "Your message of 14:05 UTC may not have reached Teams: whether it arrived could not be learned. Please ask Eva \
         Lindqvist before you write it again."
    );
}

#[test]
fn the_end_counts_the_dead() {
    let end = |delivered, died| said(&What::WentThrough { delivered, died }, false, "2026-03-09T14:10:59Z");
    assert_eq!(end(2, 0).unwrap().text, "Your earlier messages have gone through now.");
    assert_eq!(
        end(2, 1).unwrap().text,
        "Your other earlier messages have gone through now; 1 could not be delivered."
    );
    assert_eq!(end(0, 3), None, "they were told of the deaths, and nothing went through");
}
