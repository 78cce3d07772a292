//! Acme, Inc., the sample organisation: engineers whose home is Webex, sales people whose home is Teams, support staff
//! whose home is Slack, and operations, whose home is Zoom.

/// Somebody at Acme.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one platform with two answers")]
pub struct Somebody {
    /// Full name, as directories show it.
    pub name: String,
    /// Work address, the same on every platform that has an account.
    pub email: String,
    /// `engineering`, `sales`, `support` or `operations`.
    pub department: &'static str,
    /// Whether there is a licensed account on Webex.
    pub on_webex: bool,
    /// Whether there is an account in the Entra tenant with a Teams licence.
    pub on_teams: bool,
    /// Whether there is a user of the Zoom account.
    pub on_zoom: bool,
    /// Whether there is an account in the Slack workspace.
    pub on_slack: bool,
}

impl Somebody {
    /// The platform that they work with, as the sandbox and the demo name it.
    pub fn home(&self) -> &'static str {
        match self.department {
            "engineering" => "webex",
            "support" => "slack",
            "operations" => "zoom",
            _ => "teams",
        }
    }
}

/// Everybody. Only engineers have accounts on Webex, where a bot can stand in for anybody else;
/// everybody has one on each of the others.
pub fn everybody() -> Vec<Somebody> {
    let mut all = acme();
    all.extend(support());
    all.extend(operations());
    all
}

/// Engineers and sales people, for runs with Webex and Teams alone. Engineers have accounts on both, sales people only on
/// Teams.
pub fn acme() -> Vec<Somebody> {
    let engineers = ["Ada Okafor", "Bruno Keller", "Chiara Rossi", "Dmitri Volkov"];
    let sales = ["Eva Lindqvist", "Farid Haddad", "Grace Mbeki", "Hugo Navarro"];
    let engineers = engineers.iter().map(|name| somebody(name, "engineering", true));
    engineers.chain(sales.iter().map(|name| somebody(name, "sales", false))).collect()
}

/// The support staff.
pub fn support() -> Vec<Somebody> {
    let support = ["Ines Fischer", "Jonas Berg", "Kavya Nair"];
    support.iter().map(|name| somebody(name, "support", false)).collect()
}

/// Those who keep things running.
pub fn operations() -> Vec<Somebody> {
    let operations = ["Mara Kovač", "Noah Osei", "Priya Raman"];
    operations.iter().map(|name| somebody(name, "operations", false)).collect()
}

/// `count` generated people for load and scale runs, the first half engineers, the rest sales.
pub fn generated(count: usize) -> Vec<Somebody> {
    (0..count)
        .map(|n| {
            let engineer = n < count / 2;
            let department = if engineer { "engineering" } else { "sales" };
            somebody(&format!("Person Number{n:05}"), department, engineer)
        })
        .collect()
}

/// `count` generated people for load runs with all four platforms, an equal share in each department. Only engineers have
/// accounts on Webex.
pub fn spread(count: usize) -> Vec<Somebody> {
    let departments = ["engineering", "sales", "support", "operations"];
    (0..count)
        .map(|n| {
            let department = departments[n % departments.len()];
            somebody(&format!("Person Number{n:05}"), department, department == "engineering")
        })
        .collect()
}

fn somebody(name: &str, department: &'static str, on_webex: bool) -> Somebody {
    let email = format!("{}@acme.example", name.to_lowercase().replace(' ', ".").replace('č', "c"));
    Somebody {
        name: name.to_owned(),
        email,
        department,
        on_webex,
        on_teams: true,
        on_slack: true,
        on_zoom: true,
    }
}
