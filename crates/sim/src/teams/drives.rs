//! What people keep in their drives. Graph: "driveItem resource type", "driveItem: createUploadSession", "permission
//! resource type".
//!
//! Everybody has one drive with a root. An item is a folder or a file; its eTag is a GUID and a version, and that GUID is
//! what a message names an attached file by. Whoever did not make an item sees it once it was shared with them. Addresses
//! that carry their own permission (for uploads and downloads) are tickets here, with an end.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::files::{File, percent_encoded};

/// A folder or a file.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Opaque; `01…`.
    pub(crate) id: Arc<str>,
    /// Object id of whose drive it is in.
    pub(crate) owner: Arc<str>,
    /// The folder it is in; absent for a root.
    pub(crate) parent: Option<Arc<str>>,
    /// Unique within the folder, whatever the case.
    pub(crate) name: String,
    /// Absent for a folder.
    pub(crate) file: Option<File>,
    /// In the eTag, upper-case.
    pub(crate) guid: String,
    /// Rises with every change; the other part of the eTag.
    pub(crate) version: u32,
    /// Milliseconds since the epoch.
    pub(crate) created: i64,
    /// Object ids of those it was shared with.
    pub(crate) shared_with: BTreeSet<Arc<str>>,
    /// The key of the link by which everybody in the tenant may see it.
    pub(crate) link: Option<String>,
}

/// An upload that is under way.
#[derive(Debug)]
pub(crate) struct Session {
    /// The folder.
    pub(crate) parent: Arc<str>,
    /// The name that was asked for.
    pub(crate) name: String,
    /// What happens when the name is taken.
    pub(crate) clash: Clash,
    /// What came so far, in order.
    pub(crate) received: Vec<u8>,
    /// Milliseconds since the epoch.
    pub(crate) expires: i64,
}

/// `@microsoft.graph.conflictBehavior`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clash {
    /// 409.
    Fail,
    /// Another version of the same item.
    Replace,
    /// A number behind the name.
    Rename,
}

/// All drives.
#[derive(Debug, Default)]
pub(crate) struct Drives {
    items: HashMap<Arc<str>, Item>,
    /// By folder and name in lower case.
    names: HashMap<(Arc<str>, String), Arc<str>>,
    roots: HashMap<Arc<str>, Arc<str>>,
    guids: HashMap<String, Arc<str>>,
    links: HashMap<String, Arc<str>>,
    /// Uploads by ticket.
    pub(crate) sessions: HashMap<String, Session>,
    /// Downloads by ticket: the item and the end.
    pub(crate) downloads: HashMap<String, (Arc<str>, i64)>,
}

impl Drives {
    /// An item by id.
    pub(crate) fn get(&self, id: &str) -> Option<&Item> {
        self.items.get(id)
    }

    /// An item by id, to share it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.items.get_mut(id)
    }

    /// An item by the GUID in its eTag, in any case.
    pub(crate) fn by_guid(&self, guid: &str) -> Option<&Item> {
        self.get(self.guids.get(&guid.to_ascii_uppercase())?)
    }

    /// An item by the key of a link.
    pub(crate) fn by_link(&self, key: &str) -> Option<&Item> {
        self.get(self.links.get(key)?)
    }

    /// What is in a folder under this name.
    pub(crate) fn child(&self, parent: &Arc<str>, name: &str) -> Option<&Item> {
        self.get(self.names.get(&(Arc::clone(parent), name.to_lowercase()))?)
    }

    /// What is in a folder.
    pub(crate) fn children(&self, parent: &Arc<str>) -> impl Iterator<Item = &Item> {
        self.items.values().filter(move |item| item.parent.as_ref() == Some(parent))
    }

    /// The root of somebody's drive, if anybody ever looked for it.
    pub(crate) fn known_root(&self, owner: &str) -> Option<Arc<str>> {
        self.roots.get(owner).map(Arc::clone)
    }

    /// The root of somebody's drive. `fresh` makes an id and a GUID, if it is the first time.
    pub(crate) fn root(&mut self, owner: &Arc<str>, now: i64, fresh: impl FnOnce() -> Fresh) -> Arc<str> {
        if let Some(root) = self.roots.get(owner) {
            return Arc::clone(root);
        }
        let id = self.add(owner, None, "root", None, now, fresh());
        self.roots.insert(Arc::clone(owner), Arc::clone(&id));
        id
    }

    /// Puts a folder (without a file) or a file into a folder, where its name must be free.
    pub(crate) fn put(
        &mut self,
        parent: &Arc<str>,
        name: &str,
        file: Option<File>,
        now: i64,
        fresh: Fresh,
    ) -> Arc<str> {
        let owner = self.get(parent).map_or_else(|| Arc::from(""), |parent| Arc::clone(&parent.owner));
        self.add(&owner, Some(parent), name, file, now, fresh)
    }

    fn add(
        &mut self,
        owner: &Arc<str>,
        parent: Option<&Arc<str>>,
        name: &str,
        file: Option<File>,
        now: i64,
        fresh: Fresh,
    ) -> Arc<str> {
        let id: Arc<str> = fresh.id.into();
        if let Some(parent) = parent {
            self.names.insert((Arc::clone(parent), name.to_lowercase()), Arc::clone(&id));
        }
        self.guids.insert(fresh.guid.clone(), Arc::clone(&id));
        let item = Item {
            id: Arc::clone(&id),
            owner: Arc::clone(owner),
            parent: parent.map(Arc::clone),
            name: name.to_owned(),
            file,
            guid: fresh.guid,
            version: 1,
            created: now,
            shared_with: BTreeSet::new(),
            link: None,
        };
        self.items.insert(Arc::clone(&id), item);
        id
    }

    /// Gives a file another content.
    pub(crate) fn replace(&mut self, id: &str, file: File) {
        if let Some(item) = self.items.get_mut(id) {
            item.file = Some(file);
            item.version += 1;
        }
    }

    /// Removes a file or an empty folder.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(item) = self.items.remove(id) else { return };
        if let Some(parent) = item.parent {
            self.names.remove(&(parent, item.name.to_lowercase()));
        }
        self.guids.remove(&item.guid);
        if let Some(link) = item.link {
            self.links.remove(&link);
        }
    }

    /// Lets everybody in the tenant see an item; answers the link's key.
    pub(crate) fn publish(&mut self, id: &Arc<str>, key: String) -> Option<String> {
        let item = self.items.get_mut(id)?;
        let key = item.link.get_or_insert(key).clone();
        self.links.insert(key.clone(), Arc::clone(id));
        Some(key)
    }

    /// A name that is free in a folder: the one asked for, or with a number behind it.
    pub(crate) fn free_name(&self, parent: &Arc<str>, name: &str) -> String {
        let (stem, extension) =
            name.rsplit_once('.').map_or((name, String::new()), |(a, b)| (a, format!(".{b}")));
        let numbered = (1_u32..).map(|number| format!("{stem} {number}{extension}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|name| self.child(parent, name).is_none()).unwrap_or_else(|| name.to_owned())
    }

    /// Folder names and name from the root down to an item, without the root's.
    pub(crate) fn path(&self, item: &Item) -> Vec<String> {
        let mut names = vec![item.name.clone()];
        let mut above = item.parent.as_ref();
        while let Some(folder) = above.and_then(|id| self.get(id)).filter(|folder| folder.parent.is_some()) {
            names.push(folder.name.clone());
            above = folder.parent.as_ref();
        }
        names.reverse();
        names
    }
}

/// What a new item is known by.
#[derive(Debug)]
pub(crate) struct Fresh {
    /// Its id.
    pub(crate) id: String,
    /// The GUID of its eTag.
    pub(crate) guid: String,
}

impl Item {
    /// The eTag: `"{GUID},version"`, quotes included.
    pub(crate) fn etag(&self) -> String {
        format!("\"{{{}}},{}\"", self.guid, self.version)
    }

    /// Whether somebody may see it.
    pub(crate) fn seen_by(&self, person: &Arc<str>) -> bool {
        self.owner == *person || self.link.is_some() || self.shared_with.contains(person)
    }

    /// Whether its page in the browser is an editor's, whose address ends otherwise than the name.
    pub(crate) fn office(&self) -> bool {
        let extension =
            self.name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        matches!(extension.as_str(), "docx" | "xlsx" | "pptx")
    }
}

/// Names as the segments of an address.
pub(crate) fn joined(names: &[String]) -> String {
    names.iter().map(|name| percent_encoded(name)).collect::<Vec<_>>().join("/")
}
