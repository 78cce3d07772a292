//! What is said when a mirror is made: what it shows, who is where, and what it cannot do.

use std::fmt::Write as _;

/// What there is to say.
pub(super) struct Opening<'a> {
    /// The group's name.
    pub(super) group: &'a str,
    /// The platform it began on.
    pub(super) home: &'a str,
    /// The platform of the mirror.
    pub(super) there: &'a str,
    /// Everybody in it by name, with the platform that they work on.
    pub(super) people: &'a [(String, &'a str)],
    /// Those of them who could not be let in, and why.
    pub(super) missing: &'a [(String, String)],
    /// A private channel was made in the place of a group, which has too many people or is there already.
    pub(super) channel: bool,
    /// Nobody hears what is said in the mirror.
    pub(super) deaf: bool,
}

impl Opening<'_> {
    /// Said in the mirror.
    pub(super) fn in_mirror(&self) -> String {
        let people = self.people.iter();
        let people = people.map(|(one, works)| format!("{one} ({works})")).collect::<Vec<_>>();
        let text = format!(
            "This shows the group “{}” of {}. What is written in one is passed on to the other. In it: {}.",
            self.group,
            self.home,
            people.join(", ")
        );
        self.limits(text, "here")
    }

    /// Said where the group began.
    pub(super) fn in_group(&self) -> String {
        let works_there = self.people.iter().filter(|(_, works)| *works == self.there);
        let people: Vec<_> = works_there.map(|(one, _)| one.as_str()).collect();
        let text = format!(
            "This group is shown on {} too, for {}. What is written in one is passed on to the other.",
            self.there,
            people.join(", ")
        );
        self.limits(text, "there")
    }

    fn limits(&self, mut text: String, place: &str) -> String {
        if self.channel {
            let _ = write!(
                text,
                " It is a private channel {place}: no group of {} can be made of these people.",
                self.there
            );
        }
        for (name, why) in self.missing {
            let _ = write!(text, " {name} is not {place}: {why}.");
        }
        if self.deaf {
            let _ = write!(
                text,
                " What is written {place} is not passed on: nobody who has given consent to hear is in it."
            );
        }
        text
    }
}
