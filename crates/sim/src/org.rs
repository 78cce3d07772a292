//! Acme, Inc., the sample organisation: engineers whose home is Webex, sales people whose home is Teams.

/// Somebody at Acme.
#[derive(Debug, Clone)]
pub struct Somebody {
    /// Full name, as directories show it.
    pub name: String,
    /// Work address, the same on every platform that has an account.
    pub email: String,
    /// `engineering` or `sales`.
    pub department: &'static str,
    /// Whether there is a licensed account on Webex.
    pub on_webex: bool,
    /// Whether there is an account in the Entra tenant with a Teams licence.
    pub on_teams: bool,
    /// Whether there is a user of the Zoom account.
    pub on_zoom: bool,
}

/// The people of the demo. Engineers have accounts on both platforms, sales people only on Teams.
pub fn acme() -> Vec<Somebody> {
    let engineers = ["Ada Okafor", "Bruno Keller", "Chiara Rossi", "Dmitri Volkov"];
    let sales = ["Eva Lindqvist", "Farid Haddad", "Grace Mbeki", "Hugo Navarro"];
    let engineers = engineers.iter().map(|name| somebody(name, "engineering", true));
    engineers.chain(sales.iter().map(|name| somebody(name, "sales", false))).collect()
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

fn somebody(name: &str, department: &'static str, on_webex: bool) -> Somebody {
    let email = format!("{}@acme.example", name.to_lowercase().replace(' ', "."));
    Somebody { name: name.to_owned(), email, department, on_webex, on_teams: true, on_zoom: true }
}
