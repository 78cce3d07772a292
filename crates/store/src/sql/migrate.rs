//! The shape of the database. A migration that was applied somewhere is never changed again: its hash is recorded where it
//! was applied, and kept in a list here that a test compares with the files.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::open::OpenError;
use super::run::Run;

const TABLE: &str = "create table if not exists migration \
     (number integer primary key, name text not null, hash text not null)";
const APPLIED: &str = "select number, name, hash from migration order by number";
const RECORD: &str = "insert into migration (number, name, hash) values (?1, ?2, ?3)";

struct Migration {
    name: &'static str,
    sql: &'static str,
    /// SHA-256 of the text.
    hash: &'static str,
}

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_first",
    sql: include_str!("../../migrations/0001_first.sql"),
    hash: "1c7960566570767b4aa2c77af47395c0ed1cecc65c716090a2317094b378bfa2",
}];

/// Brings a database to the present shape. One transaction a migration.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), OpenError> {
    conn.execute_batch(TABLE)?;
    let applied = conn.all(APPLIED, [], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    for (number, name, hash) in &applied {
        match MIGRATIONS.get((*number as usize).wrapping_sub(1)) {
            None => {
                return Err(OpenError::Newer {
                    found: name.clone(),
                    known: MIGRATIONS[MIGRATIONS.len() - 1].name,
                });
            }
            Some(migration) if migration.hash != hash => {
                return Err(OpenError::MigrationChanged { name: migration.name });
            }
            Some(_) => {}
        }
    }
    for (number, migration) in (1_u32..).zip(MIGRATIONS).skip(applied.len()) {
        let transaction = conn.transaction()?;
        transaction.execute_batch(migration.sql)?;
        transaction.run(RECORD, (number, migration.name, migration.hash))?;
        transaction.commit()?;
    }
    Ok(())
}

/// The hash of a migration's text.
#[cfg_attr(not(test), expect(dead_code, reason = "the list is compared with the files by a test"))]
fn hash(sql: &str) -> String {
    hex::encode(Sha256::digest(sql.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applied_migrations_are_as_they_were() {
        for migration in MIGRATIONS {
            assert_eq!(
                hash(migration.sql),
                migration.hash,
                "{} was changed; add another one instead",
                migration.name
            );
        }
    }
}
