//! Secrets and what is made of them stay together.

use entente_model::{Body, MessageRef, PlatformId, Snapshot, Timestamp};
use entente_platform::{Checked, Client, Credentials, Hook, Http, Item, Refused, Unverified, Verified};
use entente_store::Memory;
use uuid::Uuid;

use super::*;

/// A platform that cannot read keys named `broken`.
struct Picky;

impl Platform for Picky {
    fn id(&self) -> PlatformId {
        "north".into()
    }

    fn profile(&self) -> &Profile {
        unreachable!("nobody asks what it can do")
    }

    fn split(&self, body: Body) -> Vec<Body> {
        vec![body]
    }

    fn receiver(&self, _: &Site, secrets: AppSecrets) -> Result<Arc<dyn Receiver>, String> {
        if secrets.public_keys.contains_key("broken") {
            return Err("the keys cannot be read".to_owned());
        }
        Ok(Arc::new(Deaf))
    }

    fn client(&self, _: &Arc<Site>, _: Http, _: Credentials) -> Arc<dyn Client> {
        unreachable!("nobody is called")
    }
}

struct Deaf;

impl Receiver for Deaf {
    fn check(&self, _: Hook<Unverified>, _: Timestamp) -> Result<Checked, Refused> {
        Err(Refused::Forged)
    }

    fn heads(&self, _: &Hook<Verified>) -> Vec<Item> {
        Vec::new()
    }

    fn open(&self, _: &MessageRef, _: &[u8]) -> Result<Snapshot, String> {
        Err("nothing is ever reported".to_owned())
    }
}

fn keys(name: &str) -> PublicKeys {
    PublicKeys::from([(name.to_owned(), Arc::from(&b"a document"[..]))])
}

#[tokio::test]
async fn secrets_that_nothing_can_be_made_of_change_nothing() {
    let at = WorkspaceRef { platform: "north".into(), id: "north".into() };
    let site = Site {
        workspace: at.clone(),
        addresses: BTreeMap::new(),
        tenant: None,
        client_id: String::new(),
        client_secret: String::new().into(),
        secrets: [].into(),
        settings: [].into(),
    };
    let registry = Registry::new([Arc::new(Picky) as Arc<dyn Platform>]);
    let sites = Sites::new(&Memory::new(), &registry, vec![site], &Dice::seeded(1)).await.unwrap();
    let workspace = sites.get(&at.id).unwrap();
    assert!(workspace.set_public_keys(keys("good")).unwrap());
    let before = workspace.receiver();

    for _ in 0..2 {
        let refused = workspace.set_public_keys(keys("broken"));
        assert!(
            matches!(refused, Err(EngineError::Refused(_))),
            "and they do not pass for known the next time"
        );
        assert!(Arc::ptr_eq(&workspace.receiver(), &before));
    }
    assert!(!workspace.set_public_keys(keys("good")).unwrap(), "they are the present ones still");

    // A later change of something else meets the good keys.
    let login = LoginId(Uuid::nil());
    workspace.set_app_login(login).unwrap();
    assert_eq!(workspace.app_login(), Some(login));
    assert!(!Arc::ptr_eq(&workspace.receiver(), &before));
}
