//! Small things by name, sealed by the master key.

use async_trait::async_trait;

use super::Sqlite;
use super::run::Run;
use crate::seal::Place;
use crate::{Settings, StoreError};

const GET: &str = "select sealed from setting where name = ?1";
const SAVE: &str = "insert or replace into setting (name, sealed) values (?1, ?2)";
const SAVE_NEW: &str = "insert or ignore into setting (name, sealed) values (?1, ?2)";

fn place(name: &str) -> Place<'_> {
    Place { table: "setting", column: "sealed", row: name.as_bytes() }
}

impl Sqlite {
    fn open_setting(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let error = StoreError::Inconsistent { table: "setting", column: "sealed" };
        self.shared.open_secret(&place(name), sealed, error)
    }
}

#[async_trait]
impl Settings for Sqlite {
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = self.read(|conn| conn.one(GET, [name], |row| row.get::<_, Vec<u8>>(0)))?;
        sealed.map(|sealed| self.open_setting(name, &sealed)).transpose()
    }

    async fn setting_or(&self, name: &str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let sealed = self.shared.master.seal(&place(name), &value);
        let key = name.to_owned();
        let stored = self
            .write(move |tx| {
                if tx.conn.run(SAVE_NEW, (&key, sealed))? > 0 {
                    return Ok(None);
                }
                tx.conn.one(GET, [&key], |row| row.get::<_, Vec<u8>>(0))
            })
            .await?;
        match stored {
            Some(sealed) => self.open_setting(name, &sealed),
            None => Ok(value),
        }
    }

    async fn save_setting(&self, name: &str, value: Vec<u8>) -> Result<(), StoreError> {
        let sealed = self.shared.master.seal(&place(name), &value);
        let name = name.to_owned();
        self.write(move |tx| tx.conn.run(SAVE, (name, sealed)).map(|_| ())).await
    }
}
