//! How many keys of rich notifications one core can open a second: RSA-2048 with OAEP and SHA-1 (Graph: "Set up change
//! notifications that include resource data"), with the library that the product uses.

use std::time::Duration;

use anyhow::Context as _;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use tokio::time::Instant;

/// How long it is measured.
const LONG: Duration = Duration::from_secs(2);

/// Operations a second of this core, one after the other.
pub(super) fn operations() -> anyhow::Result<u64> {
    let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).ok().context("no key could be made")?;
    let public = OaepPublicEncryptingKey::new(private.public_key()).ok().context("the key cannot encrypt")?;
    let private = OaepPrivateDecryptingKey::new(private).ok().context("the key cannot decrypt")?;
    let mut wrapped = [0; 256];
    let wrapped = public.encrypt(&OAEP_SHA1_MGF1SHA1, &[7; 32], &mut wrapped, None);
    let wrapped = wrapped.ok().context("cannot encrypt")?;
    let mut count = 0_u32;
    let began = Instant::now();
    while began.elapsed() < LONG {
        for _ in 0..100 {
            let mut opened = [0; 256];
            let opened = private.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut opened, None);
            anyhow::ensure!(opened.ok().is_some_and(|key| *key == [7; 32]), "cannot decrypt");
            count += 1;
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
    let rate = (f64::from(count) / began.elapsed().as_secs_f64()) as u64;
    Ok(rate)
}
