//! The shape of the database. A migration that was applied somewhere is never changed again: its hash is recorded where it
//! was applied, and stands in `migrations/HASHES`, which a test and `cargo xtask tidy` compare with the files.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::open::OpenError;
use super::run::Run;

const TABLE: &str = "create table if not exists migration \
     (number integer primary key, name text not null, hash text not null)";
const APPLIED: &str = "select number, hash from migration order by number";
const RECORD: &str = "insert into migration (number, name, hash) values (?1, ?2, ?3)";

struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// In the order of their numbers, from 1.
const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_first", sql: include_str!("../../migrations/0001_first.sql") },
    Migration { name: "0002_invitation", sql: include_str!("../../migrations/0002_invitation.sql") },
    Migration { name: "0003_told", sql: include_str!("../../migrations/0003_told.sql") },
    Migration { name: "0004_reaction", sql: include_str!("../../migrations/0004_reaction.sql") },
    Migration { name: "0005_link", sql: include_str!("../../migrations/0005_link.sql") },
    Migration { name: "0006_life", sql: include_str!("../../migrations/0006_life.sql") },
    Migration { name: "0007_mirror", sql: include_str!("../../migrations/0007_mirror.sql") },
    Migration { name: "0008_away", sql: include_str!("../../migrations/0008_away.sql") },
    Migration { name: "0009_room", sql: include_str!("../../migrations/0009_room.sql") },
    Migration { name: "0010_making", sql: include_str!("../../migrations/0010_making.sql") },
    Migration { name: "0011_backfill", sql: include_str!("../../migrations/0011_backfill.sql") },
];

/// Brings a database to the present shape. One transaction a migration.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), OpenError> {
    conn.execute_batch(TABLE)?;
    let applied = conn.all(APPLIED, [], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?)))?;
    for (number, hashed) in &applied {
        match MIGRATIONS.get((*number as usize).wrapping_sub(1)) {
            None => {
                return Err(OpenError::Newer {
                    found: applied.last().map_or(*number, |(newest, _)| *newest),
                    known: MIGRATIONS.len(),
                });
            }
            Some(migration) if hash(migration.sql) != *hashed => {
                return Err(OpenError::MigrationChanged { name: migration.name });
            }
            Some(_) => {}
        }
    }
    for (number, migration) in (1_u32..).zip(MIGRATIONS).skip(applied.len()) {
        let transaction = conn.transaction()?;
        transaction.execute_batch(migration.sql)?;
        transaction.run(RECORD, (number, migration.name, hash(migration.sql)))?;
        transaction.commit()?;
    }
    Ok(())
}

/// SHA-256 of a migration's text.
fn hash(sql: &str) -> String {
    hex::encode(Sha256::digest(sql.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applied_migrations_are_as_they_were() {
        let listed: Vec<&str> = include_str!("../../migrations/HASHES").lines().collect();
        let present: Vec<String> =
            MIGRATIONS.iter().map(|it| format!("{}  {}.sql", hash(it.sql), it.name)).collect();
        assert_eq!(present, listed, "a migration was changed; add another one instead");
    }

    #[test]
    fn the_dead_that_were_told_of_are_not_told_of_again() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(TABLE).unwrap();
        for (number, migration) in (1_u32..).zip(MIGRATIONS).take_while(|(_, it)| it.name != "0003_told") {
            conn.execute_batch(migration.sql).unwrap();
            conn.run(RECORD, (number, migration.name, hash(migration.sql))).unwrap();
        }
        let before = "insert into through (lane) values (7); \
             insert into dead (id, lane, seq, work, part, accepted_at, reason, told, died) \
             values (1, 7, 1, 0, 0, 1, 'refused', 1, 2), (2, 7, 2, 0, 0, 1, 'refused', 0, 2)";
        conn.execute_batch(before).unwrap();
        migrate(&mut conn).unwrap();
        let told = conn.all("select told from dead order by id", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(told, [2, 0]);
        let through = conn.one("select count(source) from through", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(through, Some(0), "whom a row tells of is not known any more");
    }
}
