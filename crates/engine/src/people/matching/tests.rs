//! What is certain is matched, and nothing else is.

use entente_model::WorkspaceRef;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

pub(crate) fn at(workspace: &str, id: &str) -> AccountRef {
    let workspace = WorkspaceRef { platform: workspace.into(), id: workspace.into() };
    AccountRef { workspace, id: id.into() }
}

pub(crate) fn account(workspace: &str, id: &str, email: &str) -> Account {
    let name = email.split('@').next().unwrap_or_default().to_owned();
    Account {
        account: at(workspace, id),
        name,
        email: email.to_owned(),
        bot: false,
        active: true,
        picture: None,
        department: None,
    }
}

fn rule(workspace: &str, department: Option<&str>) -> PrimaryRule {
    PrimaryRule { workspace: workspace.into(), department: department.map(str::to_owned) }
}

/// Records what was matched, as applying does.
pub(crate) fn record(facts: &mut Facts, matching: &Matching) {
    for matched in &matching.people {
        for account in &matched.accounts {
            let before = facts.bound.insert(account.clone(), matched.person.id);
            assert!(before.is_none_or(|before| before == matched.person.id), "an account changed hands");
        }
        match facts.people.iter_mut().find(|known| known.person.id == matched.person.id) {
            Some(known) => known.person = matched.person.clone(),
            None => facts.people.push(Represented { person: matched.person.clone(), stand_ins: Vec::new() }),
        }
    }
}

fn only(matching: &Matching) -> &Matched {
    assert_eq!(matching.people.len(), 1, "{matching:?}");
    &matching.people[0]
}

fn reasons(matching: &Matching) -> Vec<(&str, ConflictReason)> {
    matching.conflicts.iter().map(|c| (c.account.id.as_str(), c.reason)).collect()
}

#[test]
fn one_address_in_two_workspaces_is_one_person() {
    let accounts = vec![account("a", "1", "ada@x"), account("b", "2", "ada@x"), account("b", "3", "eva@x")];
    let facts = Facts { accounts, ..Facts::default() };
    let found = matching(&facts, &[rule("a", None)]);
    assert!(found.conflicts.is_empty());
    let [ada, eva] = found.people.as_slice() else { panic!("{found:?}") };
    assert_eq!(ada.accounts, [at("a", "1"), at("b", "2")]);
    assert_eq!(ada.person.primary, Some(Primary { account: at("a", "1") }), "the rule fits");
    assert_eq!(eva.person.primary, Some(Primary { account: at("b", "3") }), "there is only one");
    assert_ne!(ada.person.id, eva.person.id);
}

#[test]
fn primaries_are_chosen_by_the_first_rule_that_fits_and_kept() {
    let mut accounts = vec![account("a", "1", "ada@x"), account("b", "2", "ada@x")];
    accounts[1].department = Some(" Engineering ".to_owned());
    let mut facts = Facts { accounts, ..Facts::default() };
    assert_eq!(only(&matching(&facts, &[])).person.primary, None, "nothing fits");
    assert_eq!(only(&matching(&facts, &[rule("a", Some("sales"))])).person.primary, None);
    let rules = [rule("a", Some("sales")), rule("b", Some("engineering")), rule("a", None)];
    let found = matching(&facts, &rules);
    assert_eq!(only(&found).person.primary, Some(Primary { account: at("b", "2") }));
    record(&mut facts, &found);
    let again = matching(&facts, &[rule("a", None)]);
    assert_eq!(only(&again).person.primary, Some(Primary { account: at("b", "2") }), "a choice is kept");
    assert_eq!(only(&again).news, News::Same);
}

#[test]
fn what_is_not_certain_is_listed_with_its_reason() {
    let mut bot = account("a", "bot", "bot@x");
    bot.bot = true;
    let mut gone = account("a", "gone", "gone@x");
    gone.active = false;
    let accounts = vec![
        bot,
        gone,
        account("a", "none", ""),
        account("a", "twin1", "twin@x"),
        account("a", "twin2", "twin@x"),
        account("b", "twin3", "twin@x"),
        account("a", "stand-in", "stand-in@x"),
    ];
    let ours = [at("a", "stand-in")].into();
    let found = matching(&Facts { accounts, ours, ..Facts::default() }, &[]);
    assert!(found.people.is_empty(), "{found:?}");
    let expected = [
        ("bot", ConflictReason::Bot),
        ("gone", ConflictReason::Inactive),
        ("none", ConflictReason::NoAddress),
        ("twin1", ConflictReason::SharedAddress),
        ("twin2", ConflictReason::SharedAddress),
        ("twin3", ConflictReason::SharedAddress),
    ];
    let mut got = reasons(&found);
    got.sort_unstable();
    assert_eq!(got, expected);
}

#[test]
fn an_address_that_was_somebody_elses_binds_nobody() {
    let mut facts = Facts { accounts: vec![account("a", "1", "ada@x")], ..Facts::default() };
    let found = matching(&facts, &[]);
    record(&mut facts, &found);

    // Another id with the same address, beside the old one or in its place.
    for gone in [false, true] {
        let mut facts = facts.clone();
        facts.accounts[0].active = !gone;
        facts.accounts.push(account("a", "2", "ada@x"));
        let found = matching(&facts, &[]);
        assert_eq!(reasons(&found), [("2", ConflictReason::ReusedAddress)]);
        assert_eq!(only(&found).accounts, [at("a", "1")]);
    }
    // The owner is gone, and the address turns up elsewhere.
    let mut gone = facts.clone();
    gone.accounts[0].active = false;
    gone.accounts.push(account("b", "2", "ada@x"));
    assert_eq!(reasons(&matching(&gone, &[])), [("2", ConflictReason::ReusedAddress)]);
    // The owner has another address now, and somebody else has theirs, before that was recorded.
    let mut renamed = facts.clone();
    renamed.accounts[0].email = "ada.new@x".to_owned();
    renamed.accounts.push(account("b", "2", "ada@x"));
    let found = matching(&renamed, &[]);
    assert_eq!(reasons(&found), [("2", ConflictReason::ReusedAddress)]);
    assert_eq!(only(&found).person.email, "ada@x", "else the other would be a stranger the next time");
    renamed.accounts.pop();
    assert_eq!(only(&matching(&renamed, &[])).person.email, "ada.new@x");
    // Alive and elsewhere: the same person.
    facts.accounts.push(account("b", "2", "ada@x"));
    let found = matching(&facts, &[]);
    assert_eq!(only(&found).accounts, [at("a", "1"), at("b", "2")]);
    assert_eq!(only(&found).news, News::Changed);
}

#[test]
fn two_people_with_one_address_are_not_joined() {
    let accounts = vec![account("a", "1", "ada@x"), account("b", "2", "eva@x")];
    let mut facts = Facts { accounts, ..Facts::default() };
    let found = matching(&facts, &[]);
    record(&mut facts, &found);
    facts.accounts[1].email = "ada@x".to_owned();
    facts.accounts.push(account("c", "3", "ada@x"));
    let found = matching(&facts, &[]);
    assert_eq!(reasons(&found), [("3", ConflictReason::SeveralPeople)]);
    assert_eq!(found.people.len(), 2);
    let emails: HashSet<&str> = found.people.iter().map(|matched| matched.person.email.as_str()).collect();
    assert_eq!(emails.len(), 2, "an address is recorded for one of them");
}

/// Directories of three workspaces with few addresses, so that they collide often.
pub(crate) fn directories() -> impl Strategy<Value = Vec<Account>> {
    let one = (0..3_usize, 0..6_usize, 0..5_usize, any::<[u8; 3]>());
    vec(one, 0..14).prop_map(|all| {
        let mut listed = BTreeMap::new();
        for (workspace, id, email, chance) in all {
            let email = ["", "ada@x", "bruno@x", "chiara@x", "dmitri@x"][email];
            let mut account = account(["a", "b", "c"][workspace], &id.to_string(), email);
            account.bot = chance[0] < 20;
            account.active = chance[1] > 30;
            account.department = (chance[2] > 128).then(|| "sales".to_owned());
            listed.insert(account.account.clone(), account);
        }
        listed.into_values().collect()
    })
}

/// Whether the matching guessed: every account is once somewhere, and new bindings have one address without a doubt.
fn assert_certain(facts: &Facts, found: &Matching) {
    let mut times: HashMap<&AccountRef, usize> = HashMap::new();
    for at in found.people.iter().flat_map(|matched| &matched.accounts) {
        *times.entry(at).or_default() += 1;
    }
    for conflict in &found.conflicts {
        *times.entry(&conflict.account).or_default() += 1;
    }
    for account in &facts.accounts {
        assert_eq!(times.get(&account.account), Some(&1), "{account:?}");
    }
    let of = |at: &AccountRef| facts.accounts.iter().find(|account| account.account == *at).unwrap();
    for matched in &found.people {
        let places: HashSet<_> = matched.accounts.iter().map(|at| &at.workspace).collect();
        assert_eq!(places.len(), matched.accounts.len(), "two accounts of one workspace: {matched:?}");
        for at in matched.accounts.iter().filter(|at| !facts.bound.contains_key(at)) {
            let account = of(at);
            assert!(usable(account) && !account.email.is_empty(), "{account:?}");
            let namesakes = facts.accounts.iter().filter(|other| {
                !other.bot && other.email == account.email && other.account.workspace == at.workspace
            });
            assert_eq!(namesakes.count(), 1, "{account:?} is not the only one");
            let others = matched.accounts.iter().filter(|other| *other != at && usable(of(other)));
            let known = others.clone().any(|other| of(other).email == account.email);
            assert!(known || matched.news == News::New, "{account:?} was guessed");
        }
        if let Some(primary) = &matched.person.primary {
            assert!(matched.accounts.contains(&primary.account));
        }
    }
    let emails: HashSet<_> = found.people.iter().map(|matched| &matched.person.email).collect();
    assert_eq!(emails.len(), found.people.len(), "two people with one address");
}

proptest! {
    #[test]
    fn nobody_is_guessed_and_nothing_is_lost(
        first in directories(),
        second in directories(),
        primary in 0..3_usize,
    ) {
        let rules = [rule(["a", "b", "c"][primary], Some("sales")), rule("b", None)];
        let mut facts = Facts { accounts: first.clone(), ..Facts::default() };
        let found = matching(&facts, &rules);
        assert_certain(&facts, &found);
        record(&mut facts, &found);
        let again = matching(&facts, &rules);
        prop_assert!(again.people.iter().all(|matched| matched.news == News::Same), "{again:?}");
        prop_assert_eq!(&again.conflicts, &found.conflicts);

        // A later directory: what it does not list is kept, disabled.
        let mut later: BTreeMap<AccountRef, Account> = first
            .into_iter()
            .map(|account| (account.account.clone(), Account { active: false, ..account }))
            .collect();
        later.extend(second.into_iter().map(|account| (account.account.clone(), account)));
        facts.accounts = later.into_values().collect();
        let found = matching(&facts, &rules);
        assert_certain(&facts, &found);
        record(&mut facts, &found);
        let again = matching(&facts, &[]);
        assert_certain(&facts, &again);
        for before in found.people.iter().filter(|matched| matched.person.primary.is_some()) {
            let after = again.people.iter().find(|matched| matched.person.id == before.person.id);
            let after = after.and_then(|matched| matched.person.primary.as_ref());
            prop_assert_eq!(before.person.primary.as_ref(), after, "a choice was not kept");
        }
    }
}
