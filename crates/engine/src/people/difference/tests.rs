//! Each person is represented everywhere but at home, and what is done is not done again.

use entente_model::{Account, Person, Primary};
use entente_store::Represented;
use proptest::prelude::*;

use super::*;
use crate::people::PrimaryRule;
use crate::people::apply::next;
use crate::people::matching::matching;
use crate::people::matching::tests::{account, at, directories, record};

fn around() -> Surroundings {
    let place = |name: &str, bot_domain| Place { workspace: at(name, "").workspace, bot_domain };
    Surroundings {
        places: vec![place("a", Some("bots.example")), place("b", None), place("c", Some("other.example"))],
        suffix: "acme".to_owned(),
        logins: HashMap::new(),
    }
}

fn rules() -> Vec<PrimaryRule> {
    vec![PrimaryRule { workspace: "a".into(), department: None }]
}

fn planned(facts: &Facts, around: &Surroundings) -> Difference {
    difference(&matching(facts, &rules()), facts, around)
}

/// Does what the lines say, as applying does.
fn apply(facts: &mut Facts, around: &Surroundings, lines: &[PlanLine]) {
    for line in lines {
        let (Action::Add { primary, accounts } | Action::Change { primary, accounts }) = &line.action else {
            let place = line.workspace.as_ref().unwrap();
            let workspace =
                around.places.iter().find(|p| p.workspace.id == *place).unwrap().workspace.clone();
            let known = facts.people.iter_mut().find(|known| known.person.id == line.person).unwrap();
            let index = known.stand_ins.iter().position(|stand_in| stand_in.workspace == workspace);
            let current = index.map(|index| known.stand_ins.remove(index));
            let login = current.as_ref().and_then(|current| current.login).is_some();
            let after = next(line, &workspace, current.clone(), login);
            assert!(after.is_some(), "nothing to do: {line:?}, {current:?}");
            known.stand_ins.extend(after);
            continue;
        };
        let person = Person {
            id: line.person,
            name: line.name.clone(),
            email: line.email.clone(),
            primary: primary.clone().map(|account| Primary { account }),
        };
        for account in accounts {
            facts.bound.insert(account.clone(), line.person);
        }
        match facts.people.iter_mut().find(|known| known.person.id == line.person) {
            Some(known) => known.person = person,
            None => facts.people.push(Represented { person, stand_ins: Vec::new() }),
        }
    }
}

fn actions(difference: &Difference) -> Vec<String> {
    difference.lines.iter().map(|line| format!("{}: {}", line.name, line.action)).collect()
}

fn facts(accounts: Vec<Account>) -> Facts {
    Facts { accounts, ..Facts::default() }
}

#[test]
fn somebody_is_represented_by_their_account_or_by_a_bot_or_relayed() {
    let plan = planned(&facts(vec![account("a", "1", "ada@x"), account("c", "2", "ada@x")]), &around());
    let expected = ["ada: add: works in a; accounts in a, c", "ada: ask for consent to use the account"];
    assert_eq!(actions(&plan), expected);
    assert_eq!(plan.relayed.iter().map(|one| one.workspace.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(plan.unrepresented, []);
    let plan = planned(&facts(vec![account("b", "1", "eva@x")]), &around());
    let expected = [
        "eva: add: works in b; accounts in b",
        "eva: make the bot eva.acme@bots.example",
        "eva: make the bot eva.acme@other.example",
    ];
    assert_eq!(actions(&plan), expected);
}

#[test]
fn people_of_one_name_are_found_at_different_addresses() {
    let mut accounts =
        vec![account("b", "1", "eva@x"), account("b", "2", "eva2@x"), account("b", "3", "eva3@x")];
    for account in &mut accounts {
        account.name = "Eva Example".to_owned();
    }
    let plan = planned(&facts(accounts), &around());
    let addresses: Vec<&str> = plan
        .lines
        .iter()
        .filter_map(|line| match &line.action {
            Action::MakeBot { address } if address.ends_with("@bots.example") => Some(address.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(addresses[..2], ["eva.example.acme@bots.example", "eva.example-2.acme@bots.example"]);
    assert!(
        addresses[2].starts_with("eva.example-")
            && addresses[2].len() == "eva.example-123456.acme@bots.example".len()
    );
}

#[test]
fn who_leaves_is_suspended_and_who_returns_is_resumed() {
    let around = around();
    let mut facts = facts(vec![account("a", "1", "ada@x"), account("c", "2", "ada@x")]);
    let plan = planned(&facts, &around);
    apply(&mut facts, &around, &plan.lines);
    assert!(planned(&facts, &around).lines.is_empty());
    for disabled in [0, 1] {
        facts.accounts[disabled].active = false;
        let plan = planned(&facts, &around);
        assert_eq!(plan.lines.len(), 1, "{plan:?}");
        assert_eq!(plan.lines[0].action.name(), "suspend");
        apply(&mut facts, &around, &plan.lines);
        assert!(planned(&facts, &around).lines.is_empty());
        facts.accounts[disabled].active = true;
        let plan = planned(&facts, &around);
        assert_eq!(actions(&plan), ["ada: resume"]);
        apply(&mut facts, &around, &plan.lines);
        assert!(planned(&facts, &around).lines.is_empty());
        assert_eq!(facts.people[0].stand_ins[0].state, StandInState::AwaitingConsent);
    }
}

#[test]
fn a_stand_in_at_home_is_removed_and_a_bot_is_kept_when_an_account_appears() {
    let around = around();
    let mut facts = facts(vec![account("b", "1", "eva@x")]);
    let plan = planned(&facts, &around);
    apply(&mut facts, &around, &plan.lines);
    facts.accounts.push(account("a", "2", "eva@x"));
    let plan = planned(&facts, &around);
    assert_eq!(actions(&plan), ["eva: change: works in b; accounts in a, b"], "the bots stay");
    apply(&mut facts, &around, &plan.lines);
    facts.people[0].person.primary = Some(Primary { account: at("a", "2") });
    let plan = planned(&facts, &around);
    assert_eq!(actions(&plan), ["eva: remove the stand-in", "eva: ask for consent to use the account"]);
    apply(&mut facts, &around, &plan.lines);
    assert!(planned(&facts, &around).lines.is_empty());

    // Back again: the same bot, which may still be there.
    facts.people[0].person.primary = Some(Primary { account: at("b", "1") });
    facts.accounts.pop();
    facts.bound.remove(&at("a", "2"));
    let plan = planned(&facts, &around);
    assert_eq!(actions(&plan), ["eva: make the bot eva.acme@bots.example", "eva: remove the stand-in"]);
    apply(&mut facts, &around, &plan.lines);
    let bot =
        facts.people[0].stand_ins.iter().find(|stand_in| stand_in.workspace.id.as_str() == "a").unwrap();
    assert_eq!((bot.state, bot.mode), (StandInState::Provisioning, StandInMode::Bot));
    assert!(planned(&facts, &around).lines.is_empty());
}

#[test]
fn a_bot_that_could_not_be_made_is_not_resumed_by_a_plan() {
    let around = around();
    let mut facts = facts(vec![account("b", "1", "eva@x")]);
    let plan = planned(&facts, &around);
    apply(&mut facts, &around, &plan.lines);
    facts.people[0].stand_ins[0].state = StandInState::Suspended;
    assert!(planned(&facts, &around).lines.is_empty());
}

proptest! {
    #[test]
    fn what_is_applied_is_not_planned_again(first in directories(), second in directories()) {
        let around = around();
        let mut facts = facts(first);
        let plan = planned(&facts, &around);
        prop_assert_eq!(&plan, &planned(&facts, &around), "the same facts give the same plan");
        apply(&mut facts, &around, &plan.lines);
        prop_assert_eq!(planned(&facts, &around).lines, []);

        let mut later: BTreeMap<AccountRef, Account> = std::mem::take(&mut facts.accounts)
            .into_iter()
            .map(|account| (account.account.clone(), Account { active: false, ..account }))
            .collect();
        later.extend(second.into_iter().map(|account| (account.account.clone(), account)));
        facts.accounts = later.into_values().collect();
        let plan = planned(&facts, &around);
        apply(&mut facts, &around, &plan.lines);
        // Only an address that somebody else let go just now may be taken up in a second plan.
        let again = planned(&facts, &around);
        prop_assert!(again.lines.iter().all(|line| line.action.name() == "change"), "{again:?}");
        let found = matching(&facts, &rules());
        record(&mut facts, &found);
        for stand_in in facts.people.iter().flat_map(|known| &known.stand_ins) {
            let person = &facts.people.iter().find(|known| known.person.id == stand_in.person).unwrap().person;
            let home = &person.primary.as_ref().unwrap().account.workspace;
            prop_assert!(stand_in.workspace != *home || stand_in.state == StandInState::Removed);
        }
        let mut addresses: Vec<_> = facts
            .people
            .iter()
            .flat_map(|known| &known.stand_ins)
            .filter(|stand_in| stand_in.mode == StandInMode::Bot)
            .filter_map(|stand_in| stand_in.address.clone())
            .collect();
        let all = addresses.len();
        addresses.sort_unstable();
        addresses.dedup();
        prop_assert_eq!(all, addresses.len(), "two bots with one address");
    }
}
