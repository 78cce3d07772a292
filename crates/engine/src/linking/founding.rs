//! Channels that are made to be linked. Making one cannot be repeated, so what is about to be made is recorded before the call
//! leaves, and looked for afterwards if its answer is lost; asked for once more, the same wish goes on where it stood. Nothing is
//! made before all that can be wrong has been looked for: with the channels that are there, with who makes, with who would hear.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{AccountRef, CallError, ConversationRef, Flow, LoginId, Member};
use entente_platform::{Client, Step, WantedChannel};
use entente_store::Making;

use super::{Asked, Wanted, lookers, once, refused};
use crate::inbound::groups::service_account;
use crate::sites::Workspace;
use crate::{Engine, EngineError};

/// Clocks of platforms may be behind ours by so much.
const SKEW: Duration = Duration::from_mins(1);

/// How long a mark is, in bytes.
const MARK: usize = 8;

/// A channel that may be made.
struct Founding<'a> {
    asked: &'a Asked,
    workspace: &'a Workspace,
    by: LoginId,
    client: Arc<dyn Client>,
    /// Who is let in, so that somebody hears there.
    service: Option<AccountRef>,
    /// What is known of an earlier attempt.
    known: Option<Making>,
}

impl Engine {
    /// The channels of a link, those that are to be made with the others.
    pub(super) async fn members_of(&self, wanted: &Wanted) -> Result<Vec<Member>, EngineError> {
        let mut members: Vec<Option<Member>> = Vec::with_capacity(wanted.channels.len());
        let any = wanted.channels.iter().any(|asked| asked.new);
        for (asked, flow) in wanted.flows() {
            if asked.new {
                members.push(None);
                continue;
            }
            let member = self.member(asked, flow).await?;
            once(members.iter().flatten(), &member)?;
            if any && self.linked.has(&member.at) {
                return Err(self.taken(std::slice::from_ref(&member), &member.at).await?);
            }
            members.push(Some(member));
        }
        let mut foundings = Vec::new();
        for (index, (asked, flow)) in wanted.flows().enumerate().filter(|(_, (asked, _))| asked.new) {
            if wanted.channels[..index].contains(asked) {
                let why = format!("“{}” is to be made twice", asked.channel);
                return Err(refused(&asked.workspace, &why));
            }
            foundings.push((index, flow, self.may_found(asked, flow).await?));
        }
        for (index, flow, founding) in foundings {
            let member = self.founded(&founding, flow).await?;
            once(members.iter().flatten(), &member)?;
            members[index] = Some(member);
        }
        Ok(members.into_iter().flatten().collect())
    }

    /// What went wrong, and what stands all the same.
    pub(super) async fn halfway(
        &self,
        wanted: &Wanted,
        error: EngineError,
    ) -> Result<EngineError, EngineError> {
        let mut stands = Vec::new();
        for asked in wanted.channels.iter().filter(|asked| asked.new) {
            let Ok(workspace) = self.workspace(&asked.workspace) else { continue };
            let making = self.store.making(workspace.at(), &asked.channel).await?;
            if making.is_some_and(|making| making.made.is_some()) {
                stands.push(format!("{}:{}", asked.workspace, asked.channel));
            }
        }
        if stands.is_empty() {
            return Ok(error);
        }
        let were = if stands.len() == 1 { "was made and is" } else { "were made and are" };
        let stands = format!(
            "{} {were} not linked yet; repeat the command, and nothing is made a second time",
            stands.join(" and ")
        );
        Ok(match error {
            EngineError::Refused(why) => EngineError::Refused(format!("{why}. {stands}")),
            EngineError::Store(error) => EngineError::Store(error),
            error => EngineError::NotReady(format!("{error}. {stands}")),
        })
    }

    /// Finds out whether a channel may be made, and who makes it.
    async fn may_found<'a>(&'a self, asked: &'a Asked, flow: Flow) -> Result<Founding<'a>, EngineError> {
        let workspace = self.workspace(&asked.workspace)?;
        let name = &workspace.at().id;
        let platform = workspace.profile().name;
        let Some(channels) = workspace.profile().capabilities.channels else {
            return Err(refused(name, &format!("channels of {platform} cannot be linked yet")));
        };
        if asked.channel.trim().is_empty() {
            return Err(refused(name, "a channel that is made needs a name"));
        }
        let known = self.store.making(workspace.at(), &asked.channel).await?;
        let logins = self.store.logins(Some(workspace.at())).await?;
        let candidates =
            if channels.app.joins() { workspace.app_login().into_iter().collect() } else { lookers(&logins) };
        // Whoever began it knows best what came of it.
        let began = known.as_ref().map(|known| known.by).filter(|by| candidates.contains(by));
        let mut maker = None;
        for login in began.into_iter().chain(candidates) {
            if let Some(client) = self.client(login).await? {
                maker = Some((login, client));
                break;
            }
        }
        let Some((by, client)) = maker else {
            return Err(EngineError::NotReady(if channels.app.joins() {
                format!("{name}: the Entente app is not set up there")
            } else {
                format!(
                    "{name}: nobody there can make a channel: on {platform} an account does that has given consent; `entente \
                     links listener {name}` lets one that belongs to nobody"
                )
            }));
        };
        let service = service_account(workspace, &logins).map(|(_, account)| account);
        let deaf = channels.app.joins() && !channels.app.hears() && service.is_none();
        if flow.gives() && deaf {
            return Err(refused(
                name,
                &format!(
                    "nobody would hear in “{}”: on {platform} an app is told only what mentions it, so an account that belongs \
                     to nobody must be let in; `entente links listener {name}` makes one",
                    asked.channel
                ),
            ));
        }
        let service = service.filter(|_| flow.gives());
        let founding = Founding { asked, workspace, by, client, service, known };
        if founding.known.is_none() {
            founding.is_free().await?;
        }
        Ok(founding)
    }

    /// Makes a channel, or goes on with one that was begun, until it can be linked.
    async fn founded(&self, founding: &Founding<'_>, flow: Flow) -> Result<Member, EngineError> {
        let at = self.raised(founding).await?;
        if let Some(service) = &founding.service {
            founding.client.admit(&at, service).await.map_err(|error| founding.failed(error))?;
        }
        let workspace = founding.asked.workspace.clone();
        self.member(&Asked { workspace, channel: at.id.to_string(), new: false }, flow).await
    }

    /// The channel, which stands then.
    async fn raised(&self, founding: &Founding<'_>) -> Result<ConversationRef, EngineError> {
        let name = &founding.asked.channel;
        let mark = match &founding.known {
            None => hex::encode(self.dice.bytes::<MARK>()),
            Some(known) => {
                if let Some(found) = founding.left_by(known).await? {
                    self.record(founding, known.mark.clone(), Some(found.clone())).await?;
                    return Ok(found);
                }
                let quiet = founding.workspace.profile().quiet;
                if known.made.is_none() && self.now().since(known.at) < quiet {
                    // It may still appear.
                    return Err(founding.unknown());
                }
                self.store.forget_making(founding.workspace.at(), name).await?;
                founding.is_free().await?;
                known.mark.clone()
            }
        };
        let begun = self.record(founding, mark.clone(), None).await?;
        self.steps.reached(Step::Begun);
        let made = match founding.client.make_channel(&WantedChannel { name, mark: &mark }).await {
            Ok(made) => made,
            // Often it is there all the same.
            Err(CallError::Unknown) => match founding.left_by(&begun).await {
                Ok(Some(made)) => made,
                Ok(None) | Err(_) => return Err(founding.unknown()),
            },
            Err(error) => {
                // It certainly was not made.
                self.store.forget_making(founding.workspace.at(), name).await?;
                return Err(founding.failed(error));
            }
        };
        self.record(founding, mark, Some(made.clone())).await?;
        Ok(made)
    }

    async fn record(
        &self,
        founding: &Founding<'_>,
        mark: String,
        made: Option<ConversationRef>,
    ) -> Result<Making, EngineError> {
        let making = Making {
            workspace: founding.workspace.at().clone(),
            name: founding.asked.channel.clone(),
            mark,
            by: founding.by,
            at: self.now(),
            made,
        };
        self.store.set_making(&making).await?;
        Ok(making)
    }
}

impl Founding<'_> {
    /// Nothing is called so yet, as far as whoever makes it sees.
    async fn is_free(&self) -> Result<(), EngineError> {
        let name = &self.asked.channel;
        match self.client.channel(name).await {
            Ok(None) | Err(CallError::Gone) => Ok(()),
            Ok(Some(_)) => Err(refused(
                &self.asked.workspace,
                &format!(
                    "there is a channel “{name}” already; link it without `--new`, or choose another name"
                ),
            )),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// What an earlier attempt left.
    async fn left_by(&self, known: &Making) -> Result<Option<ConversationRef>, EngineError> {
        let found = if let Some(made) = &known.made {
            match self.client.look_at(made).await {
                Ok(now) => Ok(now.map(|_| made.clone())),
                Err(CallError::Gone) => Ok(None),
                Err(error) => Err(error),
            }
        } else {
            let wanted = WantedChannel { name: &known.name, mark: &known.mark };
            self.client.find_channel(&wanted, known.at.minus(SKEW)).await
        };
        found.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: CallError) -> EngineError {
        match error {
            CallError::Reject(why) => refused(&self.asked.workspace, &why),
            error => EngineError::Call { workspace: self.asked.workspace.clone(), error },
        }
    }

    fn unknown(&self) -> EngineError {
        EngineError::NotReady(format!(
            "{}: {} gave no answer, so it is not known whether “{}” was made; repeat the command in a minute, and none is made twice",
            self.asked.workspace,
            self.workspace.profile().name,
            self.asked.channel
        ))
    }
}
