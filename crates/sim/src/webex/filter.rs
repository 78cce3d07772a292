//! The `filter` of a webhook: `key=value` joined with `&` ("Webhooks" guide, filters by resource).

use uuid::Uuid;

use super::id;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Clause {
    /// `roomId`
    Room(Uuid),
    /// `roomType`, or `type` for rooms
    Direct(bool),
    /// `personId`
    Person(Uuid),
    /// `personEmail`, in lower case
    Email(String),
    /// `mentionedPeople`
    Mentioned(Uuid),
    /// `hasFiles`
    Files(bool),
    /// `isModerator`
    Moderator(bool),
    /// `isLocked`
    Locked(bool),
}

/// What the conditions look at.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is what one condition asks")]
pub(super) struct Facts<'a> {
    pub(super) room: Uuid,
    pub(super) direct: bool,
    /// Author, member or, for rooms, whoever acted.
    pub(super) person: Uuid,
    pub(super) email: &'a str,
    pub(super) mentioned: &'a [Uuid],
    pub(super) files: bool,
    pub(super) moderator: bool,
    pub(super) locked: bool,
}

impl Clause {
    pub(super) fn admits(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Room(room) => *room == facts.room,
            Self::Direct(direct) => *direct == facts.direct,
            Self::Person(person) => *person == facts.person,
            Self::Email(email) => email == facts.email,
            Self::Mentioned(person) => facts.mentioned.contains(person),
            Self::Files(files) => *files == facts.files,
            Self::Moderator(moderator) => *moderator == facts.moderator,
            Self::Locked(locked) => *locked == facts.locked,
        }
    }
}

/// Reads a filter for `resource`; `me` in it is the owner.
///
/// # Errors
/// The key whose value, or which itself, makes no sense.
pub(super) fn read(resource: &str, filter: &str, me: Uuid) -> Result<Vec<Clause>, String> {
    filter
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            clause(resource, key, value, me).ok_or_else(|| key.to_owned())
        })
        .collect()
}

fn clause(resource: &str, key: &str, value: &str, me: Uuid) -> Option<Clause> {
    let person = || if value == "me" { Some(me) } else { id::read_person(value) };
    let flag = || value.parse::<bool>().ok();
    let direct = || match value {
        "direct" => Some(true),
        "group" => Some(false),
        _ => None,
    };
    match (resource, key) {
        ("messages" | "memberships" | "attachmentActions", "roomId") => {
            id::read_room(value).map(Clause::Room)
        }
        ("messages" | "memberships" | "attachmentActions", "personId") => person().map(Clause::Person),
        ("messages" | "memberships", "personEmail") => {
            value.contains('@').then(|| Clause::Email(value.to_lowercase()))
        }
        ("messages", "roomType") | ("rooms", "type") => direct().map(Clause::Direct),
        ("messages", "mentionedPeople") => person().map(Clause::Mentioned),
        ("messages", "hasFiles") => flag().map(Clause::Files),
        ("memberships", "isModerator") => flag().map(Clause::Moderator),
        ("rooms", "isLocked") => flag().map(Clause::Locked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_by_resource() {
        let (me, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let read = |resource, filter: &str| read(resource, filter, me);
        assert_eq!(read("messages", ""), Ok(vec![]));
        let both = format!("personId={}&roomType=direct", id::person(other));
        assert_eq!(read("messages", &both), Ok(vec![Clause::Person(other), Clause::Direct(true)]));
        assert_eq!(read("messages", "mentionedPeople=me"), Ok(vec![Clause::Mentioned(me)]));
        assert_eq!(read("messages", "roomId=nonsense"), Err("roomId".to_owned()));
        assert_eq!(read("messages", "isLocked=true"), Err("isLocked".to_owned()));
        assert_eq!(read("rooms", "isLocked=true"), Ok(vec![Clause::Locked(true)]));
    }

    #[test]
    fn a_clause_admits_what_it_names() {
        let (room, person) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mentioned = [Uuid::from_u128(3)];
        let facts = Facts {
            room,
            direct: true,
            person,
            email: "a@acme.example",
            mentioned: &mentioned,
            files: false,
            moderator: false,
            locked: false,
        };
        assert!(Clause::Room(room).admits(&facts) && !Clause::Room(person).admits(&facts));
        assert!(Clause::Mentioned(mentioned[0]).admits(&facts) && !Clause::Mentioned(room).admits(&facts));
        assert!(Clause::Email("a@acme.example".to_owned()).admits(&facts));
        assert!(Clause::Files(false).admits(&facts) && !Clause::Files(true).admits(&facts));
    }
}
