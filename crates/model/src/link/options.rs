//! What administrators choose about a link. Everything is as careful as it can be by default.

use std::borrow::Cow;

/// What is chosen about a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct LinkOptions {
    /// What becomes of files.
    pub files: Files,
    /// Whether a mention of everybody calls everybody in the other channels. Otherwise it is a name.
    pub broadcast: bool,
    /// Whether people are carried whom no directory of ours lists.
    pub outsiders: bool,
    /// Whether it is told who joins and who leaves.
    pub notices: bool,
    /// Whether people of ours who join one channel are let into the others, and taken out when they leave.
    pub membership: bool,
    /// How many days before the link was made what was written in its channels is passed on; 0: it begins with the link. Chosen
    /// when it is made, and never after.
    pub history: u16,
}

/// The most days that a link reaches back. What Entente itself wrote is known as such for a few days longer.
pub const LONGEST_HISTORY: u16 = 56;

/// What becomes of files in a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Files {
    /// They are passed on.
    #[default]
    On,
    /// A line says where the original is, with its address where the platform gives one.
    Links,
    /// A line says that there was one.
    Off,
}

impl Files {
    /// A stable name for the database, the console and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Links => "links",
            Self::Off => "off",
        }
    }

    /// What a stored name means.
    pub fn named(name: &str) -> Option<Self> {
        [Self::On, Self::Links, Self::Off].into_iter().find(|files| files.name() == name)
    }
}

const ON: [&str; 2] = ["off", "on"];
const BROADCAST: [&str; 2] = ["inert", "allowed"];
const OUTSIDERS: [&str; 2] = ["left-out", "allowed"];
const MEMBERSHIP: [&str; 2] = ["apart", "mirrored"];

impl LinkOptions {
    /// All of them with their values, as administrators write them.
    pub fn named(self) -> [(&'static str, Cow<'static, str>); 6] {
        [
            ("files", self.files.name().into()),
            ("broadcast", BROADCAST[usize::from(self.broadcast)].into()),
            ("outsiders", OUTSIDERS[usize::from(self.outsiders)].into()),
            ("notices", ON[usize::from(self.notices)].into()),
            ("membership", MEMBERSHIP[usize::from(self.membership)].into()),
            ("history", self.history.to_string().into()),
        ]
    }

    /// Chooses one.
    ///
    /// # Errors
    /// What can be chosen, where there is no such option or no such value of it.
    pub fn choose(&mut self, option: &str, value: &str) -> Result<(), String> {
        let one_of = |values: [&str; 2]| {
            let at = values.iter().position(|known| *known == value);
            at.map(|at| at == 1).ok_or_else(|| format!("{option} is {} or {}", values[1], values[0]))
        };
        match option {
            "files" => {
                self.files = Files::named(value).ok_or("files is on, links or off")?;
            }
            "broadcast" => self.broadcast = one_of(BROADCAST)?,
            "outsiders" => self.outsiders = one_of(OUTSIDERS)?,
            "notices" => self.notices = one_of(ON)?,
            "membership" => self.membership = one_of(MEMBERSHIP)?,
            "history" => {
                let days = value.parse().ok().filter(|days| *days <= LONGEST_HISTORY);
                self.history = days.ok_or_else(|| {
                    format!("history is a number of days from 0 (from now on) to {LONGEST_HISTORY}")
                })?;
            }
            _ => {
                let known = self.named().map(|(name, _)| name).join(", ");
                return Err(format!("a link has no option “{option}”; there are {known}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_chosen_as_they_are_shown() {
        let mut options = LinkOptions::default();
        let shown = [
            ("files", "on"),
            ("broadcast", "inert"),
            ("outsiders", "left-out"),
            ("notices", "off"),
            ("membership", "apart"),
            ("history", "0"),
        ];
        assert_eq!(options.named(), shown.map(|(name, value)| (name, Cow::Borrowed(value))));
        let chosen = [
            ("files", "links"),
            ("broadcast", "allowed"),
            ("outsiders", "allowed"),
            ("notices", "on"),
            ("membership", "mirrored"),
            ("history", "56"),
        ];
        let named = chosen.map(|(name, value)| (name, Cow::Borrowed(value)));
        for (option, value) in chosen {
            assert_eq!(options.choose(option, value), Ok(()));
        }
        assert_eq!(options.named(), named);
        for (option, value, why) in [
            ("files", "some", "files is on, links or off"),
            ("broadcast", "on", "broadcast is allowed or inert"),
            ("outsiders", "on", "outsiders is allowed or left-out"),
            ("notices", "", "notices is on or off"),
            ("membership", "on", "membership is mirrored or apart"),
            ("history", "57", "history is a number of days from 0 (from now on) to 56"),
            ("history", "-1", "history is a number of days from 0 (from now on) to 56"),
            ("history", "a week", "history is a number of days from 0 (from now on) to 56"),
            (
                "colour",
                "red",
                "a link has no option “colour”; there are files, broadcast, outsiders, notices, membership, \
                 history",
            ),
        ] {
            assert_eq!(options.choose(option, value), Err(why.to_owned()));
        }
        assert_eq!(options.named(), named);
    }
}
