//! Sealing at rest: XChaCha20-Poly1305, whose nonces are long enough to be drawn at random for ever.
//!
//! What is sealed is bound to its place: table, row and column are authenticated with it, so that a sealed value that
//! somebody moved to another row does not open there. The first byte of everything sealed by the master key is the
//! number of that key, so that keys can be replaced one day without reading everything at once.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

const NONCE: usize = 24;
const TAG: usize = 16;

/// The key of the instance. Everything durable that is secret is sealed by it, directly or by a key that it seals.
#[derive(Clone)]
pub struct MasterKey {
    number: u8,
    key: SealKey,
}

impl MasterKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { number: 1, key: SealKey::new(bytes) }
    }

    pub(crate) fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Vec<u8> {
        let mut sealed = vec![self.number];
        self.key.seal(place, plain, &mut sealed);
        sealed
    }

    /// What was sealed for this place; `None` if it was not, or by another key.
    pub(crate) fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (number, sealed) = sealed.split_first()?;
        if *number == self.number { self.key.open(place, sealed) } else { None }
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.number)
    }
}

/// Where a sealed value belongs.
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) column: &'a str,
    pub(crate) row: &'a [u8],
}

impl Place<'_> {
    /// Neither table nor column holds a zero byte, so no two places look alike.
    fn bytes(&self) -> Vec<u8> {
        [self.table.as_bytes(), b"\0", self.column.as_bytes(), b"\0", self.row].concat()
    }
}

/// One symmetric key, wiped when dropped.
#[derive(Clone)]
pub(crate) struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key drawn from the generator that the operating system seeds.
    pub(crate) fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut bytes[..]);
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }

    /// Appends nonce, cipher text and tag to `sealed`.
    pub(crate) fn seal(&self, place: &Place<'_>, plain: &[u8], sealed: &mut Vec<u8>) {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce[..]);
        sealed.reserve(NONCE + plain.len() + TAG);
        sealed.extend_from_slice(&nonce);
        let start = sealed.len();
        sealed.extend_from_slice(plain);
        let tag = self
            .cipher()
            .encrypt_inout_detached(&XNonce::from(nonce), &place.bytes(), (&mut sealed[start..]).into())
            .expect("a text of less than 256 GiB can always be sealed");
        sealed.extend_from_slice(&tag);
    }

    /// What was sealed for this place; `None` if it was not, or by another key.
    pub(crate) fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (body, tag) = rest.split_last_chunk::<TAG>()?;
        let mut plain = body.to_vec();
        self.cipher()
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &place.bytes(),
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .ok()?;
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'_> = Place { table: "login", column: "secret", row: b"1" };

    #[test]
    fn opens_only_where_it_was_sealed() {
        let key = MasterKey::new([7; 32]);
        let sealed = key.seal(&HERE, b"token");
        assert_eq!(key.open(&HERE, &sealed).as_deref(), Some(&b"token"[..]));
        for place in [
            Place { row: b"2", ..HERE },
            Place { column: "other", ..HERE },
            Place { table: "setting", ..HERE },
        ] {
            assert_eq!(key.open(&place, &sealed), None);
        }
        assert_eq!(MasterKey::new([8; 32]).open(&HERE, &sealed), None);
    }

    #[test]
    fn refuses_every_change_of_one_bit() {
        let key = MasterKey::new([7; 32]);
        let sealed = key.seal(&HERE, b"token");
        for at in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(key.open(&HERE, &changed), None);
        }
        assert_eq!(key.open(&HERE, &[]), None);
    }
}
