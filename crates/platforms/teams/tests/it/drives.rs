//! Files against the simulated drives: Ada is ours, Eva has the app.

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    Body, CallError, Destination, Draft, Loss, MessageRef, Operation, Receipt, Sender, Snapshot,
};
use entente_platform::{Client, Content, FileSource};
use futures_util::stream;
use serde_json::{Value, json};

use crate::support::login;
use crate::world::{Person, World};

/// A file of ours, which comes in uneven pieces.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) length: u64,
}

impl File {
    fn bytes(&self) -> Vec<u8> {
        (0..self.length).map(|at| u8::try_from(at % 253).unwrap()).collect()
    }
}

#[async_trait]
impl FileSource for File {
    fn name(&self) -> &str {
        self.name
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn media_type(&self) -> &'static str {
        "nothing that a header takes\n"
    }

    async fn open(&self) -> Result<Content, CallError> {
        let pieces: Vec<_> =
            self.bytes().chunks(70_001).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        Ok(Content::new(stream::iter(pieces)).exactly(self.length))
    }
}

async fn send(client: &dyn Client, to: &Person, file: &File) -> Result<Receipt, CallError> {
    let operation =
        Operation::Send { to: Destination::Direct(to.account()), thread: None, body: Body::default() };
    client.deliver_file(&Draft { operation, sender: Sender::Account(login()), alias: None }, file).await
}

/// What Eva's hand attaches for Ada, as the client reads it.
async fn attached(world: &World, client: &dyn Client, files: Value) -> Snapshot {
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let body = json!({"person": eva.email, "to": ada.email, "files": files});
    let sent = world.hand("POST", "/_sim/files", "", Some(body)).await;
    let conversation = world.chat(&ada, &eva).await;
    let at = MessageRef { conversation, id: sent["id"].as_str().unwrap().into() };
    client.fetch(&at).await.unwrap().unwrap()
}

/// What lies in somebody's folder for files in chats.
async fn kept(world: &World, who: &Person) -> Vec<String> {
    let path = "/v1.0/me/drive/root:/Microsoft%20Teams%20Chat%20Files:/children";
    let listed = world.hand("GET", path, &who.hand, None).await;
    listed["value"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

async fn world() -> (World, Person, Person) {
    let world = World::new(0.0, json!({})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    (world, ada, eva)
}

#[tokio::test(start_paused = true)]
async fn whoever_sees_the_message_can_open_its_file() {
    let (world, _, eva) = world().await;
    let (ours, hers) = (world.as_person("Ada").await, world.as_person("Eva").await);
    for length in [1, 300_000, 4 << 20, (4 << 20) + 1, 10 << 20, (10 << 20) + 1] {
        let file = File { name: "Pläne #1 (50%) für “März”.xlsx", length };
        let sent = send(&*ours, &eva, &file).await.unwrap().message.unwrap();
        let seen = hers.fetch(&sent).await.unwrap().unwrap().message;
        assert_eq!((seen.files.len(), seen.unsupported.len()), (1, 0));
        let open = hers.open_file(&sent, &seen.files[0]).await.unwrap();
        assert_eq!((open.length, seen.files[0].name.as_deref()), (length, Some(file.name)));
        assert!(open.content.whole(1 << 30).await.unwrap() == file.bytes(), "{length}: byte for byte");
        // Colleagues who are not in the chat are not let in.
        let bruno = world.as_person("Bruno").await;
        assert!(matches!(bruno.open_file(&sent, &seen.files[0]).await, Err(CallError::Reject(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_shown_all_the_same_and_nothing_is_written_over() {
    let (world, ada, eva) = world().await;
    let client = world.as_person("Ada").await;
    let first = send(&*client, &eva, &File { name: "plan.pdf", length: 5 }).await.unwrap().message.unwrap();
    let second = send(&*client, &eva, &File { name: "plan.pdf", length: 5_000_000 }).await.unwrap();
    let mut names = kept(&world, &ada).await;
    names.sort();
    assert_eq!(names, ["plan 1.pdf", "plan.pdf"]);
    for (message, length) in [(first, 5), (second.message.unwrap(), 5_000_000)] {
        let seen = client.fetch(&message).await.unwrap().unwrap().message;
        assert_eq!(seen.files[0].name.as_deref(), Some("plan.pdf"));
        assert_eq!(client.open_file(&message, &seen.files[0]).await.unwrap().length, length);
    }
}

#[tokio::test(start_paused = true)]
async fn files_and_pictures_in_one_message_are_read_in_order() {
    let (world, ..) = world().await;
    let client = world.as_person("Ada").await;
    for told in [true, false] {
        world.sim.switches().merge(json!({"hosted_type_told": told})).unwrap();
        let png = "iVBORw0KGgpo";
        let files = json!([
            {"name": "a.txt", "base64": "aGVsbG8="},
            {"name": "b.png", "base64": png, "type": "image/png", "inline": true},
        ]);
        let message = attached(&world, &*client, files).await.message;
        assert_eq!((message.files.len(), message.unsupported.len()), (2, 0), "{message:?}");
        let text = client.open_file(&message.at, &message.files[0]).await.unwrap();
        assert_eq!(text.content.whole(9).await.unwrap(), "hello");
        let picture = client.open_file(&message.at, &message.files[1]).await.unwrap();
        assert_eq!((picture.name.as_str(), picture.media_type.as_str()), ("image.png", "image/png"));
        assert_eq!(picture.length, 9);
    }
}

#[tokio::test(start_paused = true)]
async fn a_picture_of_untold_length_is_measured() {
    let (world, ..) = world().await;
    let client = world.as_person("Ada").await;
    let files = json!([{"name": "b.png", "length": 200_000, "inline": true}]);
    let message = attached(&world, &*client, files).await.message;
    // As if that were all, without a length.
    let fault = json!({"body": {"cut": {"after": 1_000_000, "clean": true}}});
    let rule = json!({"name": "untold", "method": "GET", "path": "*/$value", "fault": fault});
    world.sim.faults().set(vec![serde_json::from_value(rule).unwrap()]);
    let picture = client.open_file(&message.at, &message.files[0]).await.unwrap();
    assert_eq!((picture.length, picture.content.whole(1 << 20).await.unwrap().len()), (200_000, 200_000));
}

#[tokio::test(start_paused = true)]
async fn an_address_in_a_message_opens_nothing_that_is_not_its_authors() {
    let (world, ada, eva) = world().await;
    let client = world.as_person("Ada").await;
    // What lies in Ada's drive, and what Eva guesses of it.
    let secret =
        send(&*client, &world.person("Bruno"), &File { name: "secret.txt", length: 5 }).await.unwrap();
    let secret = client.fetch(&secret.message.unwrap()).await.unwrap().unwrap();
    let share =
        secret.message.files[0].id.as_str().strip_prefix("u!").unwrap().split('@').next().unwrap().to_owned();
    let address = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, share).unwrap();
    let address = String::from_utf8(address).unwrap();
    let chat = world.chat(&ada, &eva).await;
    let body = json!({
        "body": {"contentType": "html", "content": "<attachment id=\"1\"></attachment>"},
        "attachments": [{"id": "1", "contentType": "reference", "contentUrl": address, "name": "mine.txt"}],
    });
    let path = format!("/v1.0/chats/{}/messages", chat.id);
    let sent = world.hand("POST", &path, &eva.hand, Some(body)).await;
    let at = MessageRef { conversation: chat, id: sent["id"].as_str().unwrap().into() };
    let read = client.fetch(&at).await.unwrap().unwrap().message;
    let refused = client.open_file(&at, &read.files[0]).await;
    assert!(matches!(&refused, Err(CallError::Reject(text)) if text.contains("neither made")), "{refused:?}");
    // Her own she may pass on.
    let own = client.open_file(&secret.message.at, &secret.message.files[0]).await;
    assert_eq!(own.unwrap().length, 5);
}

#[tokio::test(start_paused = true)]
async fn a_consent_from_before_files_says_what_it_lacks() {
    let (world, _, eva) = world().await;
    let before = ["offline_access", "User.Read", "User.ReadBasic.All", "Chat.ReadWrite"];
    let client = world.as_person_for("Ada", &before).await;
    let lacks =
        |error: CallError| matches!(error, CallError::Lacks(text) if text.contains("Files.ReadWrite"));
    assert!(lacks(send(&*client, &eva, &File { name: "plan.pdf", length: 5 }).await.unwrap_err()));
    let files = json!([
        {"name": "a.txt", "base64": "aGVsbG8="},
        {"name": "b.png", "base64": "iVBORw0KGgpo", "inline": true},
    ]);
    let message = attached(&world, &*client, files).await.message;
    assert!(lacks(client.open_file(&message.at, &message.files[0]).await.unwrap_err()));
    // Pictures in the text are read by the right to read the text.
    assert_eq!(client.open_file(&message.at, &message.files[1]).await.unwrap().length, 9);
    let operation =
        Operation::Send { to: Destination::Direct(eva.account()), thread: None, body: Body::text("hi") };
    let draft = Draft { operation, sender: Sender::Account(login()), alias: None };
    assert!(client.deliver(&draft).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_full_drive_and_a_chat_that_takes_nothing_leave_nothing_behind() {
    let (world, ada, eva) = world().await;
    let client = world.as_person("Ada").await;
    world.sim.switches().merge(json!({"file_most_bytes": 5_000_000})).unwrap();
    let refused = send(&*client, &eva, &File { name: "big.bin", length: 5_000_001 }).await;
    assert!(matches!(&refused, Err(CallError::Reject(text)) if text.contains("full")), "{refused:?}");
    assert_eq!(kept(&world, &ada).await, Vec::<String>::new());
    let rule = json!({"name": "blocked", "method": "POST", "path": "*/messages", "fault": {"status": {"code": 403}}});
    world.sim.faults().set(vec![serde_json::from_value(rule).unwrap()]);
    let refused = send(&*client, &eva, &File { name: "a.bin", length: 5 }).await;
    assert!(matches!(&refused, Err(CallError::Reject(_))), "{refused:?}");
    assert_eq!(kept(&world, &ada).await, Vec::<String>::new());
    world.sim.faults().set(Vec::new());
    assert!(send(&*client, &eva, &File { name: "a.bin", length: 5 }).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_taken_out_of_its_drive_is_gone() {
    let (world, _, eva) = world().await;
    let client = world.as_person("Ada").await;
    let message = attached(&world, &*client, json!([{"name": "a.txt", "base64": "aGVsbG8="}])).await.message;
    let path = "/v1.0/me/drive/root:/Microsoft%20Teams%20Chat%20Files/a.txt";
    let item = world.hand("GET", path, &eva.hand, None).await;
    let drive = item["parentReference"]["driveId"].as_str().unwrap();
    let path = format!("/v1.0/drives/{drive}/items/{}", item["id"].as_str().unwrap());
    world.hand("DELETE", &path, &eva.hand, None).await;
    assert_eq!(client.open_file(&message.at, &message.files[0]).await.unwrap_err(), CallError::Gone);
}

#[tokio::test(start_paused = true)]
async fn a_file_answers_with_and_without_quoting() {
    for quoting in [true, false] {
        let world = World::new(0.0, json!({"reply_with_quote": quoting})).await;
        let (ada, eva) = (world.person("Ada"), world.person("Eva"));
        let client = world.as_person("Ada").await;
        let chat = world.chat(&ada, &eva).await;
        let question = world.say(&eva, chat.id.as_str(), "where is it?").await;
        let question = MessageRef { conversation: chat.clone(), id: question.as_str().into() };
        let to = Destination::Conversation(chat);
        let operation = Operation::Send { to, thread: Some(question.clone()), body: Body::text("here") };
        let draft = Draft { operation, sender: Sender::Account(login()), alias: None };
        let receipt = client.deliver_file(&draft, &File { name: "a.bin", length: 5 }).await.unwrap();
        assert_eq!(receipt.losses, [Loss::Thread]);
        let read = client.fetch(&receipt.message.unwrap()).await.unwrap().unwrap().message;
        assert_eq!((read.files.len(), read.thread, read.body), (1, Some(question), Body::text("here")));
    }
}
