//! REST ids: base64url without padding over `ciscospark://<cluster>/<KIND>/<key>` ("REST API Basics", and the vendor's
//! JavaScript SDK, `uuid-utils`). People, organizations, webhooks and applications are always in `us`; rooms and what is
//! in them carry the room's cluster. Every third room lives in a second cluster here, so that a client that builds ids
//! itself is found out.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use uuid::Uuid;

/// Padding and stray low bits in an id are forgiven.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

/// The region of a room.
pub(super) fn cluster(room: Uuid) -> &'static str {
    if room.as_u128().is_multiple_of(3) { "urn:TEAM:eu-central-1_k" } else { "us" }
}

pub(super) fn person(id: Uuid) -> String {
    encode("us", "PEOPLE", id)
}

pub(super) fn organization(id: Uuid) -> String {
    encode("us", "ORGANIZATION", id)
}

/// A role is known by its name here.
pub(super) fn role(name: &str) -> String {
    encode("us", "ROLE", name)
}

pub(super) fn webhook(id: Uuid) -> String {
    encode("us", "WEBHOOK", id)
}

/// The key of an application is its OAuth client id.
pub(super) fn application(client: &str) -> String {
    encode("us", "APPLICATION", client)
}

pub(super) fn room(id: Uuid) -> String {
    encode(cluster(id), "ROOM", id)
}

pub(super) fn message(id: Uuid, room: Uuid) -> String {
    encode(cluster(room), "MESSAGE", id)
}

/// A file of a message, by its place in it.
pub(super) fn content(message: Uuid, index: usize, room: Uuid) -> String {
    encode(cluster(room), "CONTENT", format_args!("{message}/{index}"))
}

pub(super) fn membership(person: Uuid, room: Uuid) -> String {
    encode(cluster(room), "MEMBERSHIP", format_args!("{person}:{room}"))
}

fn encode(cluster: &str, kind: &str, key: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("ciscospark://{cluster}/{kind}/{key}"))
}

/// A bare UUID or an id of a person; `None` when it is neither.
pub(super) fn read_person(text: &str) -> Option<Uuid> {
    read_uuid("PEOPLE", text).map(|(_, id)| id)
}

pub(super) fn read_webhook(text: &str) -> Option<Uuid> {
    read_uuid("WEBHOOK", text).map(|(_, id)| id)
}

/// The client id in the id of an application.
pub(super) fn read_application(text: &str) -> Option<String> {
    read("APPLICATION", text).map(|(_, key)| key)
}

/// A room. An id that names the wrong region is well-formed but nobody's, which is the nil UUID; a bare UUID is looked
/// for in `us`.
pub(super) fn read_room(text: &str) -> Option<Uuid> {
    let (region, id) = read_uuid("ROOM", text)?;
    Some(if region == cluster(id) { id } else { Uuid::nil() })
}

/// A message, with the region its id claims: whether that is right is known with its room only.
pub(super) fn read_message(text: &str) -> Option<(String, Uuid)> {
    read_uuid("MESSAGE", text)
}

/// Region, message and place of a file.
pub(super) fn read_content(text: &str) -> Option<(String, Uuid, usize)> {
    let (region, key) = read("CONTENT", text)?;
    let (message, index) = key.split_once('/')?;
    Some((region, Uuid::parse_str(message).ok()?, index.parse().ok()?))
}

/// Person and room of a membership.
pub(super) fn read_membership(text: &str) -> Option<(Uuid, Uuid)> {
    let (region, key) = read("MEMBERSHIP", text)?;
    let (person, room) = key.split_once(':')?;
    let (person, room) = (Uuid::parse_str(person).ok()?, Uuid::parse_str(room).ok()?);
    (region == cluster(room)).then_some((person, room))
}

fn read_uuid(kind: &str, text: &str) -> Option<(String, Uuid)> {
    let text = text.trim();
    if let Ok(id) = Uuid::try_parse(text) {
        return Some(("us".to_owned(), id));
    }
    let (region, key) = read(kind, text)?;
    Uuid::try_parse(&key).ok().map(|id| (region, id))
}

fn read(kind: &str, text: &str) -> Option<(String, String)> {
    let urlsafe = text.trim().replace('+', "-").replace('/', "_");
    let decoded = String::from_utf8(TOLERANT.decode(urlsafe).ok()?).ok()?;
    let (region, rest) = decoded.strip_prefix("ciscospark://")?.split_once('/')?;
    let (found, key) = rest.split_once('/')?;
    (found == kind).then(|| (region.to_owned(), key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_the_vendor_writes_them() {
        let key = Uuid::parse_str("11111111-2222-4333-8444-555555555501").unwrap();
        let encoded = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDE";
        assert_eq!(person(key), encoded);
        for form in [encoded.to_owned(), format!("{encoded}="), key.to_string(), format!(" {encoded} ")] {
            assert_eq!(read_person(&form), Some(key), "{form}");
        }
        assert_eq!(read_person("not an id"), None);
        assert_eq!(read_room(encoded), None, "a person is not a room");
    }

    #[test]
    fn a_room_is_only_found_in_its_own_region() {
        let europe = Uuid::from_u128(9);
        assert_eq!(read_room(&room(europe)), Some(europe));
        let guessed = encode("us", "ROOM", europe);
        assert_eq!(read_room(&guessed), Some(Uuid::nil()));
        assert_eq!(read_room(&europe.to_string()), Some(Uuid::nil()));
        let (person, american) = (Uuid::from_u128(4), Uuid::from_u128(10));
        assert_eq!(read_room(&american.to_string()), Some(american));
        assert_eq!(read_membership(&membership(person, europe)), Some((person, europe)));
    }
}
