//! Links as administrators make, stop and end them. Everything that can be wrong with a link is found before anything is
//! written; that a channel is in one link only, which is also why no two links can close a loop, is for the store to say.

use entente_model::{
    Account, AccountRef, CallError, Channel, ConversationRef, Flow, Link, LinkId, LinkOptions, LinkState,
    LoginId, Member, WorkspaceId, plain_line,
};
use entente_platform::LoginKind;
use entente_store::{Login, LoginState, Plan};
use uuid::Uuid;

use crate::{Engine, EngineError, following};

mod founding;
mod reaching;

/// The least channels of a link.
const LEAST: usize = 2;

/// The most: each message of one goes to all others.
const MOST: usize = 50;

/// The longest name of a channel that is shown, in characters.
pub(crate) const LONGEST_CHANNEL: usize = 100;

/// How many accounts look for a channel.
const LOOKERS: usize = 8;

/// A link that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As administrators call it; made of the channels' names if absent.
    pub name: Option<String>,
    /// The channels. If only one way is wanted, the first is where messages come from.
    pub channels: Vec<Asked>,
    /// Only from the first to the others.
    pub one_way: bool,
    /// What is chosen about it.
    pub options: LinkOptions,
}

/// A channel as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where.
    pub workspace: WorkspaceId,
    /// Its name, or its id there; of one that is to be made, its name.
    pub channel: String,
    /// It is made first.
    pub new: bool,
}

impl Wanted {
    /// The channels with the way that messages go in each.
    fn flows(&self) -> impl Iterator<Item = (&Asked, Flow)> {
        self.channels.iter().enumerate().map(|(index, asked)| match (self.one_way, index) {
            (false, _) => (asked, Flow::Both),
            (true, 0) => (asked, Flow::Out),
            (true, _) => (asked, Flow::In),
        })
    }
}

impl Engine {
    /// Links channels. What is written there from now on goes to the others, and what was written before as far as the link is to
    /// reach back. Those that are to be made are made when nothing is wrong with the others; asked for once more after something
    /// went wrong, what was made is taken.
    ///
    /// # Errors
    /// [`EngineError::Refused`] with what is wrong: a channel that does not exist, is archived or is named twice; the app
    /// or whoever should hear is not a member; a channel that is in a link already.
    pub async fn link(&self, wanted: Wanted) -> Result<Link, EngineError> {
        if wanted.channels.len() < LEAST {
            return Err(EngineError::Refused("a link needs two channels or more".to_owned()));
        }
        if wanted.channels.len() > MOST {
            return Err(EngineError::Refused(format!("a link takes {MOST} channels at most")));
        }
        // Nobody else makes the same meanwhile.
        let _held = self.locks.channels.lock().await;
        let linked = match self.members_of(&wanted).await {
            Ok(members) => self.linked_now(&wanted, members).await,
            Err(error) => Err(error),
        };
        match linked {
            Ok(link) => Ok(link),
            Err(error) => Err(self.halfway(&wanted, error).await?),
        }
    }

    /// Writes the link of these channels.
    async fn linked_now(&self, wanted: &Wanted, members: Vec<Member>) -> Result<Link, EngineError> {
        self.can_reach_back(wanted, &members).await?;
        let made_at = self.now();
        let members = reaching::reaching_back(wanted, members, made_at);
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        let name = wanted.name.clone().filter(|name| !name.trim().is_empty());
        let link = Link {
            id: LinkId(Uuid::from_bytes(self.dice.bytes::<16>())),
            name: name.unwrap_or_else(|| names.join(" + ")),
            made_at,
            state: LinkState::Active,
            options: wanted.options,
            members,
        };
        match self.store.add_link(&link).await? {
            Ok(()) => {}
            Err(taken) => return Err(self.taken(&link.members, &taken).await?),
        }
        self.linked.load(self.store.as_ref()).await?;
        self.reach_back(&link).await?;
        self.attend_to(link.members.iter().filter_map(|member| member.listener));
        for member in &link.members {
            // What it is about is not known yet.
            self.look_soon(member.at.clone(), None);
        }
        Ok(link)
    }

    /// Stops a link, or lets it go on. What is written while it is stopped is not passed on later.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is none.
    pub async fn pause_link(&self, id: LinkId, paused: bool) -> Result<(), EngineError> {
        let state = if paused {
            LinkState::Paused("stopped by an administrator".to_owned())
        } else {
            self.all_there(id).await?;
            LinkState::Active
        };
        if !self.store.set_link_state(id, &state, Vec::new(), self.now()).await? {
            return Err(unknown());
        }
        if let (false, Some(link)) = (paused, self.store.link(id).await?) {
            self.reach_back(&link).await?;
        }
        Ok(())
    }

    /// Looks at those channels of a link again that were archived or gone.
    async fn all_there(&self, id: LinkId) -> Result<(), EngineError> {
        let link = self.store.link(id).await?.ok_or_else(unknown)?;
        let away: Vec<_> =
            link.members.iter().filter(|member| member.away.is_some()).map(|member| (member, None)).collect();
        if away.is_empty() {
            return Ok(());
        }
        self.follow(&link, &away).await?;
        let link = self.store.link(id).await?.ok_or_else(unknown)?;
        match link.members.iter().find_map(|member| Some((member, member.away?))) {
            Some((member, away)) => Err(refused(
                &member.at.workspace.id,
                &format!("“{}” {}; bring it back, or end the link", member.name, following::said(away)),
            )),
            None => Ok(()),
        }
    }

    /// Chooses options of a link, each by its name; the others stay. Answers what is chosen now.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is no such link, option or value; then nothing is changed.
    pub async fn choose(&self, id: LinkId, chosen: &[(String, String)]) -> Result<LinkOptions, EngineError> {
        let mut options = self.store.link(id).await?.ok_or_else(unknown)?.options;
        for (option, value) in chosen {
            if option == "history" {
                let why = "how far a link reaches back is chosen when it is made; end it and make it anew to choose otherwise";
                return Err(EngineError::Refused(why.to_owned()));
            }
            options.choose(option, value).map_err(EngineError::Refused)?;
        }
        if !self.store.set_link_options(id, options).await? {
            return Err(unknown());
        }
        if options.notices || options.membership {
            // Who is there now is learned.
            for member in self.store.link(id).await?.into_iter().flat_map(|link| link.members) {
                self.look_soon(member.at, None);
            }
        }
        Ok(options)
    }

    /// Ends a link and says so in each of its channels. What it carried stays where it is.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is none.
    pub async fn unlink(&self, id: LinkId) -> Result<(), EngineError> {
        let link = self.store.link(id).await?.ok_or_else(unknown)?;
        let notices = link.members.iter().filter_map(|member| self.parting(&link, member)).collect();
        if !self.store.set_link_state(id, &LinkState::Ended, notices, self.now()).await? {
            return Err(unknown());
        }
        self.linked.load(self.store.as_ref()).await?;
        Ok(())
    }

    /// What is said in a channel whose link ends.
    fn parting(&self, link: &Link, member: &Member) -> Option<Plan> {
        let others: Vec<String> = link
            .members
            .iter()
            .filter(|other| other.at != member.at)
            .map(|other| format!("{} ({})", other.name, self.platform_of(other)))
            .collect();
        let text = format!(
            "This channel is no longer linked with {}. What was written stays; nothing is passed on any more.",
            others.join(", ")
        );
        self.announcement(&member.at, &text)
    }

    /// A channel that was asked for, if all is well with it.
    async fn member(&self, asked: &Asked, flow: Flow) -> Result<Member, EngineError> {
        let workspace = self.workspace(&asked.workspace)?;
        let name = &workspace.at().id;
        let platform = workspace.profile().name;
        let Some(channels) = workspace.profile().capabilities.channels else {
            return Err(refused(name, &format!("channels of {platform} cannot be linked yet")));
        };
        let missing = || EngineError::NotReady(format!("{name}: the Entente app is not set up there"));
        let app = workspace.app_login().ok_or_else(missing)?;
        let client = self.client(app).await?.ok_or_else(missing)?;
        let logins = self.store.logins(Some(workspace.at())).await?;
        let wanted = asked.channel.as_str();
        let looking = if channels.app.joins() { vec![app] } else { lookers(&logins) };
        let failed = |error| EngineError::Call { workspace: name.clone(), error };
        let mut found = None;
        for login in looking {
            let Some(looker) = self.client(login).await? else { continue };
            match looker.channel(wanted).await {
                Ok(Some(channel)) => {
                    found = Some(channel);
                    break;
                }
                Ok(None) | Err(CallError::Gone | CallError::Reauthorize) => {}
                Err(CallError::Reject(why)) => return Err(refused(name, &why)),
                Err(error) => return Err(failed(error)),
            }
        }
        let Some(mut channel) = found else {
            let who = if channels.app.joins() {
                "the Entente app sees no channel"
            } else {
                "no account that has given consent sees a channel"
            };
            return Err(refused(
                name,
                &format!(
                    "{who} “{wanted}”; add it to the channel on {platform}, or name the channel by its id"
                ),
            ));
        };
        // It is shown in the other rooms too.
        channel.name = plain_line(&channel.name, LONGEST_CHANNEL);
        if channel.name.is_empty() {
            channel.name = plain_line(channel.at.id.as_str(), LONGEST_CHANNEL);
        }
        if channel.archived {
            return Err(refused(name, &format!("“{}” is archived", channel.name)));
        }
        if !channels.app.joins() {
            let speaks = match client.conversation(&channel.at).await {
                Ok(found) => found.is_some(),
                Err(CallError::Reject(_) | CallError::Gone) => false,
                Err(error) => return Err(failed(error)),
            };
            if !speaks {
                return Err(refused(
                    name,
                    &format!("the Entente app is not in “{}”; add it there on {platform}", channel.name),
                ));
            }
        }
        let own = match logins.iter().find(|login| login.id == app).and_then(|login| login.account.clone()) {
            Some(account) => account,
            None => client
                .me()
                .await
                .map(|Account { account, .. }| account)
                .map_err(|error| EngineError::Call { workspace: name.clone(), error })?,
        };
        if channels.app.joins() && !channel.members.contains(&own) {
            return Err(refused(
                name,
                &format!(
                    "the Entente app is not a member of “{}”; add it to the channel on {platform}",
                    channel.name
                ),
            ));
        }
        let listener = if channels.app.hears() { Some(app) } else { hearing(&logins, &channel.members) };
        if listener.is_none() && flow.gives() {
            return Err(refused(
                name,
                &format!(
                    "nobody hears in “{}”: on {platform} an app is told only what mentions it, so an account that has given consent must be a member; `entente links listener {name}` makes one",
                    channel.name
                ),
            ));
        }
        let Channel { at, name, .. } = channel;
        Ok(Member { at, name, topic: None, away: None, flow, listener, backfill: None })
    }

    async fn taken(&self, members: &[Member], taken: &ConversationRef) -> Result<EngineError, EngineError> {
        let named = members.iter().find(|member| member.at == *taken);
        let name = named.map(|member| member.name.clone()).unwrap_or_default();
        let links = self.store.links().await?;
        let holder = links.iter().find(|other| other.member(taken).is_some());
        Ok(refused(
            &taken.workspace.id,
            &match holder {
                Some(holder) => format!(
                    "“{name}” is in the link “{}” already; a channel can be in one link only, else messages would go round",
                    holder.name
                ),
                None => format!("“{name}” is a direct conversation that is passed on already"),
            },
        ))
    }
}

/// The logins of one kind that work.
pub(crate) fn working(logins: &[Login], kind: LoginKind) -> impl Iterator<Item = &Login> {
    logins.iter().filter(move |login| login.kind == kind.name() && login.state == LoginState::Active)
}

/// Whoever is in a channel and has consented; an account that belongs to nobody before a person's.
pub(crate) fn hearing(logins: &[Login], accounts: &[AccountRef]) -> Option<LoginId> {
    let mut all = working(logins, LoginKind::Listener).chain(working(logins, LoginKind::Account));
    let there = |login: &&Login| login.account.as_ref().is_some_and(|account| accounts.contains(account));
    all.find(there).map(|login| login.id)
}

/// Who looks for channels where the app cannot: an account that belongs to nobody before a few people's.
pub(crate) fn lookers(logins: &[Login]) -> Vec<LoginId> {
    let all = working(logins, LoginKind::Listener).chain(working(logins, LoginKind::Account));
    all.take(LOOKERS).map(|login| login.id).collect()
}

/// Whether a channel is none of these.
fn once<'a>(mut members: impl Iterator<Item = &'a Member>, member: &Member) -> Result<(), EngineError> {
    if members.any(|known| known.at == member.at) {
        return Err(refused(
            &member.at.workspace.id,
            &format!("a channel cannot be linked with itself: “{}” is named twice", member.name),
        ));
    }
    Ok(())
}

fn refused(workspace: &WorkspaceId, why: &str) -> EngineError {
    EngineError::Refused(format!("{workspace}: {why}"))
}

fn unknown() -> EngineError {
    EngineError::Refused("there is no such link".to_owned())
}
