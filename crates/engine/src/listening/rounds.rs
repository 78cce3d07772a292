//! Rounds: for each workspace at most one in which logins are seen to, and one in which is read on for them. Who is next waits
//! here.

use std::collections::{BTreeMap, HashMap, HashSet};

use entente_model::{LoginId, Timestamp, WorkspaceId};
use entente_store::Login;

use super::Ear;
use super::read_on::ReadOn;

/// How many logins a round takes: few enough that reading on for them begins soon.
const ROUND: usize = 64;

/// What is done together.
#[derive(Debug)]
pub(super) enum Round {
    /// These logins of a workspace are seen to.
    Listen(WorkspaceId, Vec<Login>),
    /// This is read.
    Read(WorkspaceId, Vec<ReadOn>),
}

/// A round that is over.
#[derive(Debug)]
pub(super) enum Ended {
    /// These are to be read on for.
    Listened(WorkspaceId, Vec<ReadOn>),
    /// All was read, or left for later.
    Read(WorkspaceId),
}

/// The rounds under way.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    listening: HashSet<WorkspaceId>,
    reading: HashSet<WorkspaceId>,
    /// What is read when the round of reading that is under way has ended; a login once.
    waiting: HashMap<WorkspaceId, BTreeMap<LoginId, ReadOn>>,
}

impl Rounds {
    /// Whether this login could be seen to now.
    pub(super) fn free(&self, ear: &Ear) -> bool {
        ear.workspace.as_ref().is_none_or(|workspace| !self.listening.contains(workspace))
    }

    /// Those who are due where no round is under way; of each workspace as many as a round takes, always the same ones, so
    /// that a run can be repeated.
    pub(super) fn choose<'a>(
        &self,
        ears: impl Iterator<Item = (&'a LoginId, &'a Ear)>,
        now: Timestamp,
    ) -> Vec<LoginId> {
        let mut due: Vec<_> = ears.filter(|(_, ear)| ear.due <= now && self.free(ear)).collect();
        due.sort_by_key(|(login, ear)| (ear.due, **login));
        let mut taken = HashMap::<_, usize>::new();
        due.retain(|(_, ear)| {
            let taken = taken.entry(&ear.workspace).or_default();
            *taken += 1;
            *taken <= ROUND
        });
        due.into_iter().map(|(login, _)| *login).collect()
    }

    /// Begins rounds in which these are seen to.
    pub(super) fn listen(&mut self, due: Vec<Login>) -> impl Iterator<Item = Round> + use<> {
        let mut rounds = BTreeMap::<WorkspaceId, Vec<Login>>::new();
        for login in due {
            // One whose workspace only now is known may meet a round; it stays due.
            if !self.listening.contains(&login.workspace.id) {
                rounds.entry(login.workspace.id.clone()).or_default().push(login);
            }
        }
        self.listening.extend(rounds.keys().cloned());
        rounds.into_iter().map(|(workspace, logins)| Round::Listen(workspace, logins))
    }

    /// Ends a round; what is to be read next.
    pub(super) fn end(&mut self, ended: Ended) -> Option<Round> {
        let workspace = match ended {
            Ended::Listened(workspace, jobs) => {
                self.listening.remove(&workspace);
                let waiting = self.waiting.entry(workspace.clone()).or_default();
                for mut job in jobs {
                    let before = waiting.get(&job.login.id).and_then(|before| before.gap);
                    job.gap = job.gap.or(before);
                    waiting.insert(job.login.id, job);
                }
                workspace
            }
            Ended::Read(workspace) => {
                self.reading.remove(&workspace);
                workspace
            }
        };
        if self.reading.contains(&workspace) {
            return None;
        }
        let jobs: Vec<_> = self.waiting.remove(&workspace)?.into_values().collect();
        if jobs.is_empty() {
            return None;
        }
        self.reading.insert(workspace.clone());
        Some(Round::Read(workspace, jobs))
    }
}

#[cfg(test)]
mod tests {
    use entente_model::WorkspaceRef;
    use entente_store::LoginState;

    use super::*;

    fn id(number: u128) -> LoginId {
        LoginId(uuid::Uuid::from_u128(number))
    }

    fn ear(workspace: &str, due: i64) -> Ear {
        Ear { workspace: Some(workspace.into()), due: Timestamp(due), ..Ear::NEW }
    }

    fn login(number: u128, workspace: &str) -> Login {
        Login {
            id: id(number),
            workspace: WorkspaceRef { platform: "webex".into(), id: workspace.into() },
            kind: "account".to_owned(),
            account: None,
            person: None,
            state: LoginState::Active,
            secret: None,
        }
    }

    fn job(number: u128, workspace: &str, gap: Option<u64>) -> ReadOn {
        ReadOn { login: login(number, workspace), at: Timestamp(0), gap }
    }

    #[test]
    fn a_round_in_one_workspace_holds_up_no_other() {
        let mut rounds = Rounds::default();
        let begun: Vec<_> = rounds.listen(vec![login(1, "slow")]).collect();
        assert!(matches!(&begun[..], [Round::Listen(workspace, _)] if workspace.as_str() == "slow"));
        let ears = [(id(2), ear("slow", 0)), (id(3), ear("quick", 0)), (id(4), ear("quick", 9))];
        let due = rounds.choose(ears.iter().map(|(id, ear)| (id, ear)), Timestamp(5));
        assert_eq!(due, [id(3)], "what is due where no round is under way");
        assert!(rounds.listen(vec![login(2, "slow")]).next().is_none(), "one round at a time");
    }

    #[test]
    fn a_round_takes_those_who_wait_longest_and_leaves_the_rest() {
        let rounds = Rounds::default();
        let ears: Vec<_> =
            (0..200_u8).map(|number| (id(number.into()), ear("big", 200 - i64::from(number)))).collect();
        let due = rounds.choose(ears.iter().rev().map(|(id, ear)| (id, ear)), Timestamp(1_000));
        let longest: Vec<_> = (0..200).rev().take(ROUND).map(id).collect();
        assert_eq!(due, longest);
    }

    #[test]
    fn reading_on_goes_beside_listening_and_forgets_no_gap() {
        let mut rounds = Rounds::default();
        rounds.listen(vec![login(1, "one")]).for_each(drop);
        let read = rounds.end(Ended::Listened("one".into(), vec![job(1, "one", Some(7))]));
        assert!(matches!(read, Some(Round::Read(_, jobs)) if jobs.len() == 1));
        assert!(rounds.free(&ear("one", 0)), "others may be listened to while it is read");
        for gap in [Some(8), None] {
            rounds.listen(vec![login(2, "one")]).for_each(drop);
            let read = rounds.end(Ended::Listened("one".into(), vec![job(2, "one", gap)]));
            assert!(read.is_none(), "one reading at a time");
        }
        let Some(Round::Read(_, jobs)) = rounds.end(Ended::Read("one".into())) else {
            panic!("what waited is read")
        };
        assert_eq!(jobs.iter().map(|job| (job.login.id, job.gap)).collect::<Vec<_>>(), [(id(2), Some(8))]);
        assert!(rounds.end(Ended::Read("one".into())).is_none());
    }

    #[test]
    fn a_login_that_nobody_looked_up_yet_waits_for_no_round() {
        let rounds = Rounds { listening: ["one".into()].into(), ..Rounds::default() };
        let ears = [(id(1), Ear { due: Timestamp(1), ..Ear::NEW })];
        assert_eq!(rounds.choose(ears.iter().map(|(id, ear)| (id, ear)), Timestamp(5)), [id(1)]);
    }
}
