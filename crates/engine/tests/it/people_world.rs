//! A small organisation on two made-up platforms: `north` has bots of one's own and an administrator who consents,
//! `south` has neither and gives the app its tokens. Everything can be stopped between any two steps.

pub(crate) mod mortal;
pub(crate) mod platform;
pub(crate) mod vendor;

use std::sync::Arc;
use std::time::Duration;

use entente_engine::people::PrimaryRule;
use entente_engine::{Dice, Engine, Parts, RunningClock, Tuning};
use entente_model::{Person, StandIn, Timestamp, WorkspaceId, WorkspaceRef};
use entente_platform::{Http, InProcess, Limiter, LoginKind, Registry, Site};
use entente_store::{Memory, Settings as _, Store};
use tokio::sync::OnceCell;
use url::Url;

use mortal::{Life, MortalStore};
use platform::{Fake, SECRET};
use vendor::Vendor;

pub(crate) const NORTH: &str = "north";
pub(crate) const SOUTH: &str = "south";

/// Everything that outlives a process.
pub(crate) struct World {
    pub(crate) store: Memory,
    pub(crate) north: Vendor,
    pub(crate) south: Vendor,
    transport: InProcess,
}

/// Who works there: name, address, on north, on south, department.
pub(crate) type Somebody<'a> = (&'a str, &'a str, bool, bool, &'a str);

pub(crate) const ENGINEER: Somebody<'_> = ("Ada Okafor", "ada@acme.example", true, true, "engineering");
pub(crate) const SELLER: Somebody<'_> = ("Eva Lindqvist", "eva@acme.example", false, true, "sales");

/// Making a certificate takes longer than a test; all instances of this process share theirs.
static CERTIFICATES: OnceCell<Vec<(String, Vec<u8>)>> = OnceCell::const_new();

impl World {
    /// Vendors whose directories list these people, and an empty store.
    pub(crate) async fn new(people: &[Somebody<'_>]) -> Self {
        let (north, south) = (Vendor::new(at(NORTH)), Vendor::new(at(SOUTH)));
        for (name, email, on_north, on_south, department) in people {
            if *on_north {
                north.hire(name, email, department);
            }
            if *on_south {
                south.hire(name, email, department);
            }
        }
        let transport = InProcess::default();
        for vendor in [&north, &south] {
            transport.register(&format!("{}.example", vendor.workspace().id), vendor.router());
        }
        let store = Memory::new();
        let world = Self { store, north, south, transport };
        let made = CERTIFICATES.get_or_init(|| world.certificates()).await;
        for (name, value) in made {
            world.store.save_setting(name, value.clone()).await.unwrap();
        }
        world
    }

    async fn certificates(&self) -> Vec<(String, Vec<u8>)> {
        self.engine(&Life::immortal()).await;
        let mut made = Vec::new();
        for name in [NORTH, SOUTH].map(|name| format!("certificate/{name}")) {
            let value = self.store.setting(&name).await.unwrap().unwrap();
            made.push((name, value));
        }
        made
    }

    /// A process that lives as long as `life`.
    pub(crate) async fn engine(&self, life: &Life) -> Arc<Engine> {
        let store: Arc<dyn Store> = Arc::new(MortalStore::new(self.store.clone(), life.clone()));
        let platforms = [&self.north, &self.south].map(|vendor| Fake::new(vendor.clone(), life.clone()));
        let sites = [NORTH, SOUTH].map(site).to_vec();
        let http =
            Http::new(Arc::new(self.transport.clone()), Arc::new(Limiter::new(1.0)), Duration::from_secs(10));
        let mut tuning = Tuning::at(Url::parse("https://entente.acme.example/").unwrap());
        "acme".clone_into(&mut tuning.bot_suffix);
        let parts = Parts {
            store,
            registry: Registry::new(platforms.map(|platform| Arc::new(platform) as _)),
            sites,
            http,
            clock: Arc::new(RunningClock::starting_at(Timestamp(1_000_000_000))),
            dice: Arc::new(Dice::unforeseeable()),
            tuning,
        };
        Engine::new(parts).await.unwrap()
    }

    /// The same, with the administrator's consent and everybody planned; nothing is made yet.
    pub(crate) async fn planned(people: &[Somebody<'_>]) -> (Self, Arc<Engine>) {
        let world = Self::new(people).await;
        let engine = world.engine(&Life::immortal()).await;
        world.admin(&engine).await;
        // South's administrator is its app.
        engine.ensure_app(&SOUTH.into()).await.unwrap();
        engine.import(None).await.unwrap();
        let plan = engine.plan(&rules()).await.unwrap();
        engine.apply(&plan.digest).await.unwrap();
        (world, engine)
    }

    /// The administrator of north gives consent.
    pub(crate) async fn admin(&self, engine: &Engine) {
        let url = engine.begin_grant(&NORTH.into(), LoginKind::Admin, None, "browser").await.unwrap();
        let (state, code) = self.north.consent(&url, "admin");
        engine.finish_grant(&state, "browser", Ok(&code)).await.unwrap();
    }
}

/// Engineers work on north, everybody else on south.
pub(crate) fn rules() -> Vec<PrimaryRule> {
    let rule = |workspace: &str, department: Option<&str>| PrimaryRule {
        workspace: workspace.into(),
        department: department.map(str::to_owned),
    };
    vec![rule(NORTH, Some("Engineering")), rule(SOUTH, None)]
}

pub(crate) fn at(name: &str) -> WorkspaceRef {
    WorkspaceRef { platform: format!("{name}ern").into(), id: name.into() }
}

/// A person as the store has them now.
pub(crate) async fn person(engine: &Engine, email: &str) -> Person {
    engine.store().person_by_email(email).await.unwrap().unwrap().person
}

/// A stand-in as the store has it now.
pub(crate) async fn stand_in(engine: &Engine, email: &str, workspace: &str) -> StandIn {
    let known = engine.store().person_by_email(email).await.unwrap().unwrap();
    let workspace: WorkspaceId = workspace.into();
    known.stand_ins.into_iter().find(|stand_in| stand_in.workspace.id == workspace).unwrap()
}

fn site(name: &str) -> Site {
    Site {
        workspace: at(name),
        addresses: [("main".to_owned(), Url::parse(&format!("http://{name}.example")).unwrap())].into(),
        tenant: None,
        client_id: "entente".to_owned(),
        client_secret: SECRET.to_owned().into(),
        secrets: [].into(),
        settings: [].into(),
    }
}
