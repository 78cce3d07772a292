//! Credentials, sealed by the master key.

use async_trait::async_trait;
use entente_model::{LoginId, PersonId, Timestamp, WorkspaceRef};
use rusqlite::{Connection, Row};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::run::{Run, uuid, uuid_or_null};
use super::tx::Tx;
use super::{Shared, Sqlite};
use crate::seal::Place;
use crate::{Listening, Login, LoginSecret, LoginState, Logins, PendingGrant, StoreError};

const SAVE: &str = "insert or replace into login \
     (id, workspace, kind, person, account_workspace, account, secret, generation, state) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const ONE: &str =
    "select id, workspace, kind, person, account_workspace, account, secret, state from login where id = ?1";
const ALL: &str =
    "select id, workspace, kind, person, account_workspace, account, null, state from login order by id";
const RENEW: &str = "update login set secret = ?3, generation = ?4 where id = ?1 and generation = ?2";
const SET_STATE: &str = "update login set state = ?2 where id = ?1";
const SAVE_GRANT: &str = "insert or replace into consent \
     (state, browser, workspace, kind, person, verifier, expires_at, invitation) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const GRANT: &str = "select browser, workspace, kind, person, verifier, expires_at, invitation \
     from consent where state = ?1";
const TAKE_GRANT: &str = "delete from consent where state = ?1 \
     returning browser, workspace, kind, person, verifier, expires_at, invitation";
const REDEEM: &str = "delete from consent where state = ?1 and expires_at > ?2";
const SAVE_LISTENING: &str =
    "insert or replace into listening (login, rung, at, error) values (?1, ?2, ?3, ?4)";
const LISTENING: &str = "select login, rung, at, error from listening order by login";

/// Tokens as they are sealed.
#[derive(Serialize, Deserialize)]
struct Stored {
    access: String,
    refresh: Option<String>,
    expires_at: Option<i64>,
    generation: u64,
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

const NO_SECRET: StoreError = StoreError::Inconsistent { table: "login", column: "secret" };

impl Shared {
    fn seal_secret(&self, id: LoginId, secret: &LoginSecret) -> Result<Vec<u8>, StoreError> {
        let stored = Stored {
            access: secret.access.expose_secret().to_owned(),
            refresh: secret.refresh.as_ref().map(|token| token.expose_secret().to_owned()),
            expires_at: secret.expires_at.map(|at| at.0),
            generation: secret.generation,
        };
        let text = Zeroizing::new(serde_json::to_vec(&stored).map_err(|_| NO_SECRET)?);
        Ok(self.master.seal(&place(&id), &text))
    }

    fn open_tokens(&self, id: LoginId, sealed: &[u8]) -> Result<LoginSecret, StoreError> {
        let text = Zeroizing::new(self.open_secret(&place(&id), sealed, NO_SECRET)?);
        let mut stored: Stored = serde_json::from_slice(&text).map_err(|_| NO_SECRET)?;
        Ok(LoginSecret {
            access: SecretString::from(std::mem::take(&mut stored.access)),
            refresh: stored.refresh.take().map(SecretString::from),
            expires_at: stored.expires_at.map(Timestamp),
            generation: stored.generation,
        })
    }
}

fn place(id: &LoginId) -> Place<'_> {
    Place { table: "login", column: "secret", row: id.0.as_bytes() }
}

/// A login's row; the names of workspaces are still numbers, the tokens still sealed.
struct RawLogin {
    id: LoginId,
    workspace: i64,
    kind: String,
    person: Option<PersonId>,
    account: (Option<i64>, Option<String>),
    secret: Option<Vec<u8>>,
    state: LoginState,
}

impl RawLogin {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: LoginId(uuid(row, 0)?),
            workspace: row.get(1)?,
            kind: row.get(2)?,
            person: uuid_or_null(row, 3)?.map(PersonId),
            account: (row.get(4)?, row.get(5)?),
            secret: row.get(6)?,
            state: if row.get::<_, i64>(7)? == 0 { LoginState::Active } else { LoginState::Refused },
        })
    }

    fn resolve(self, shared: &Shared, conn: &Connection) -> Result<Login, StoreError> {
        let secret = self.secret.map(|sealed| shared.open_tokens(self.id, &sealed)).transpose()?;
        Ok(Login {
            id: self.id,
            workspace: shared.names.workspace_ref(conn, self.workspace)?,
            kind: self.kind,
            person: self.person,
            account: shared.names.account(conn, self.account.0, self.account.1)?,
            secret,
            state: self.state,
        })
    }
}

/// A login with its tokens sealed.
struct SealedLogin {
    /// Without tokens.
    login: Login,
    secret: Option<Vec<u8>>,
    generation: Option<i64>,
}

impl SealedLogin {
    fn seal(shared: &Shared, login: &Login) -> Result<Self, StoreError> {
        let secret = login.secret.as_ref().map(|secret| shared.seal_secret(login.id, secret)).transpose()?;
        let generation = login.secret.as_ref().map(|secret| generation(secret.generation));
        Ok(Self { login: Login { secret: None, ..login.clone() }, secret, generation })
    }
}

impl Tx<'_> {
    fn save_login(&mut self, sealed: &SealedLogin) -> Result<(), StoreError> {
        let SealedLogin { login, secret, generation } = sealed;
        let workspace = self.workspace(&login.workspace)?;
        let account = match &login.account {
            Some(account) => Some((self.workspace(&account.workspace)?, account.id.as_str())),
            None => None,
        };
        self.conn.run(
            SAVE,
            (
                login.id.0.as_bytes(),
                workspace,
                &login.kind,
                login.person.map(|person| *person.0.as_bytes()),
                account.map(|(at, _)| at),
                account.map(|(_, name)| name),
                secret,
                generation,
                state_code(login.state),
            ),
        )?;
        Ok(())
    }
}

/// A pending grant's row; the name of the workspace is still a number, the verifier still sealed.
struct RawGrant {
    browser: [u8; 32],
    workspace: i64,
    kind: String,
    person: Option<PersonId>,
    verifier: Option<Vec<u8>>,
    expires_at: i64,
    invitation: Option<[u8; 32]>,
}

impl RawGrant {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            browser: row.get(0)?,
            workspace: row.get(1)?,
            kind: row.get(2)?,
            person: uuid_or_null(row, 3)?.map(PersonId),
            verifier: row.get(4)?,
            expires_at: row.get(5)?,
            invitation: row.get(6)?,
        })
    }
}

impl Sqlite {
    fn opened(&self, state: [u8; 32], grant: RawGrant) -> Result<PendingGrant, StoreError> {
        let RawGrant { browser, workspace, kind, person, verifier, expires_at, invitation } = grant;
        let inconsistent = || StoreError::Inconsistent { table: "consent", column: "verifier" };
        let verifier = match verifier {
            Some(sealed) => {
                let plain = self.shared.open_secret(&grant_place(&state), &sealed, inconsistent())?;
                Some(SecretString::from(String::from_utf8(plain).map_err(|_| inconsistent())?))
            }
            None => None,
        };
        let workspace = self.read(|conn| self.shared.names.workspace_ref(conn, workspace))?;
        let expires_at = Timestamp(expires_at);
        Ok(PendingGrant { state, browser, workspace, kind, person, verifier, invitation, expires_at })
    }
}

#[async_trait]
impl Logins for Sqlite {
    async fn save_login(&self, login: &Login) -> Result<(), StoreError> {
        let login = SealedLogin::seal(&self.shared, login)?;
        self.write(move |tx| tx.save_login(&login)).await
    }

    async fn login(&self, id: LoginId) -> Result<Option<Login>, StoreError> {
        self.read(|conn| {
            let row = conn.one(ONE, [id.0.as_bytes()], RawLogin::read)?;
            row.map(|row| row.resolve(&self.shared, conn)).transpose()
        })
    }

    async fn logins(&self, workspace: Option<&WorkspaceRef>) -> Result<Vec<Login>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(ALL, [], RawLogin::read)?;
            let logins = rows.into_iter().map(|row| row.resolve(&self.shared, conn));
            logins
                .filter(|login| {
                    login.as_ref().map_or(true, |login| workspace.is_none_or(|at| login.workspace == *at))
                })
                .collect()
        })
    }

    async fn renew(&self, id: LoginId, from: u64, secret: &LoginSecret) -> Result<bool, StoreError> {
        let sealed = self.shared.seal_secret(id, secret)?;
        let (from, to) = (generation(from), generation(secret.generation));
        self.write(move |tx| Ok(tx.conn.run(RENEW, (id.0.as_bytes(), from, sealed, to))? > 0)).await
    }

    async fn set_login_state(&self, id: LoginId, state: LoginState) -> Result<(), StoreError> {
        self.write(move |tx| tx.conn.run(SET_STATE, (id.0.as_bytes(), state_code(state))).map(|_| ())).await
    }

    async fn save_grant(&self, grant: &PendingGrant) -> Result<(), StoreError> {
        let verifier = grant.verifier.as_ref().map(|verifier| {
            self.shared.master.seal(&grant_place(&grant.state), verifier.expose_secret().as_bytes())
        });
        let grant = PendingGrant { verifier: None, ..grant.clone() };
        self.write(move |tx| {
            let PendingGrant { state, browser, kind, expires_at, invitation, .. } = grant;
            let workspace = tx.workspace(&grant.workspace)?;
            let person = grant.person.map(|person| *person.0.as_bytes());
            tx.conn.run(
                SAVE_GRANT,
                (state, browser, workspace, kind, person, verifier, expires_at.0, invitation),
            )?;
            Ok(())
        })
        .await
    }

    async fn grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError> {
        let found = self.read(|conn| conn.one(GRANT, [*state], RawGrant::read))?;
        found.filter(|grant| now.0 < grant.expires_at).map(|grant| self.opened(*state, grant)).transpose()
    }

    async fn take_grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError> {
        let state = *state;
        let taken = self.write(move |tx| tx.conn.one(TAKE_GRANT, [state], RawGrant::read)).await?;
        taken.filter(|grant| now.0 < grant.expires_at).map(|grant| self.opened(state, grant)).transpose()
    }

    async fn redeem(&self, invitation: &[u8; 32], login: &Login, now: Timestamp) -> Result<bool, StoreError> {
        let login = SealedLogin::seal(&self.shared, login)?;
        let invitation = *invitation;
        self.write(move |tx| {
            let good = tx.conn.run(REDEEM, (invitation, now.0))? > 0;
            if good {
                tx.save_login(&login)?;
            }
            Ok(good)
        })
        .await
    }

    async fn save_listening(&self, login: LoginId, listening: &Listening) -> Result<(), StoreError> {
        let Listening { rung, at, error } = listening.clone();
        self.write(move |tx| {
            tx.conn.run(SAVE_LISTENING, (login.0.as_bytes(), rung, at.0, error))?;
            Ok(())
        })
        .await
    }

    async fn listening(&self) -> Result<Vec<(LoginId, Listening)>, StoreError> {
        self.read(|conn| {
            conn.all(LISTENING, [], |row| {
                let listening =
                    Listening { rung: row.get(1)?, at: Timestamp(row.get(2)?), error: row.get(3)? };
                Ok((LoginId(uuid(row, 0)?), listening))
            })
        })
    }
}

fn grant_place(state: &[u8; 32]) -> Place<'_> {
    Place { table: "consent", column: "verifier", row: state }
}

fn generation(generation: u64) -> i64 {
    i64::try_from(generation).unwrap_or(i64::MAX)
}

fn state_code(state: LoginState) -> i64 {
    match state {
        LoginState::Active => 0,
        LoginState::Refused => 1,
    }
}
