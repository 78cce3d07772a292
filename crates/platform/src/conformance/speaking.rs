//! Saying things, changing them, taking them back.

use std::time::Duration;

use entente_model::{Block, Body, CallError, Destination, Inline, Loss, Operation};

use super::World;
use super::bench::{draft, ours, said, say, seen, to_person};
use crate::Level;

/// A message stands in the conversation with its text, its author and its time, and can be read back.
pub async fn a_message_arrives_as_it_was_said(world: &dyn World) {
    let client = ours(world);
    let (message, receipt) = said(world, &*client, "good morning").await;
    assert_eq!(seen(world, &message.conversation).await, [("good morning".to_owned(), true)]);
    let read = client.fetch(&message).await.unwrap().expect("it can be read back");
    assert_eq!(read.message.at, message);
    assert_eq!(Some(&read.message.author), world.ours().account.as_ref());
    assert_eq!(read.message.body.plain(), "good morning");
    // Some vendors' answers tell no time but that of the answer itself, which is to the second.
    let apart = read.created_at.since(receipt.at).max(receipt.at.since(read.created_at));
    assert!(apart < Duration::from_secs(1), "a receipt tells the platform's time: {apart:?} apart");
    assert_eq!((read.edited_at, read.deleted), (None, false));
}

/// The first message opens the direct conversation, the next ones find it, by the person and by the conversation.
pub async fn it_opens_the_conversation_once(world: &dyn World) {
    let client = ours(world);
    let (first, _) = said(world, &*client, "one").await;
    let (second, _) = said(world, &*client, "two").await;
    assert_eq!(first.conversation, second.conversation);
    let to = Destination::Conversation(first.conversation.clone());
    let third = say(world, &*client, to, Body::text("three")).await.unwrap().message.unwrap();
    assert_eq!(third.conversation, first.conversation);
    let by_hand = world.writes("four", None).await;
    assert_eq!(by_hand.conversation, first.conversation, "both sides have the same conversation");
    let texts: Vec<_> = seen(world, &first.conversation).await.into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["one", "two", "three", "four"]);
}

/// An edit changes what is seen and is marked; a deletion takes it away.
pub async fn it_can_be_changed_and_taken_back(world: &dyn World) {
    let client = ours(world);
    let (message, first) = said(world, &*client, "helo").await;
    let edit = Operation::Edit { target: message.clone(), body: Body::text("hello") };
    tokio::time::sleep(Duration::from_secs(2)).await;
    let receipt = client.deliver(&draft(world, edit)).await.unwrap();
    assert!(receipt.at > first.at, "the time of the edit, not of the message");
    let sees = world.sees(&message.conversation).await;
    assert_eq!(
        sees.iter().map(|seen| (seen.text.as_str(), seen.edited)).collect::<Vec<_>>(),
        [("hello", true)]
    );
    let read = client.fetch(&message).await.unwrap().unwrap();
    assert_eq!(read.message.body.plain(), "hello");
    assert!(read.edited_at.is_some_and(|edited| edited > read.created_at));
    client.deliver(&draft(world, Operation::Delete { target: message.clone() })).await.unwrap();
    assert!(seen(world, &message.conversation).await.iter().all(|(text, _)| text.is_empty()));
    assert!(client.fetch(&message).await.unwrap().is_none_or(|read| read.deleted));
}

/// An answer hangs below what it answers, or quotes it.
pub async fn an_answer_belongs_to_what_it_answers(world: &dyn World) {
    let client = ours(world);
    let asked = world.writes("where?", None).await;
    let to = Destination::Conversation(asked.conversation.clone());
    let answer = Operation::Send { to, thread: Some(asked.clone()), body: Body::text("here") };
    let receipt = client.deliver(&draft(world, answer)).await.unwrap();
    let read = client.fetch(&receipt.message.unwrap()).await.unwrap().unwrap();
    assert!(read.message.body.plain().contains("here"));
    match world.platform().profile().capabilities.threads {
        Level::Full => assert_eq!((read.message.thread, receipt.losses), (Some(asked), vec![])),
        Level::Partial | Level::Dropped => assert!(receipt.losses.contains(&Loss::Thread)),
    }
}

/// Also where threads have one level only, or what was answered is gone, an answer is said.
pub async fn an_answer_to_an_answer_arrives(world: &dyn World) {
    let client = ours(world);
    let asked = world.writes("where?", None).await;
    let guessed = world.writes("there?", Some(&asked)).await;
    let to = Destination::Conversation(asked.conversation.clone());
    let answer = |text: &str| Operation::Send {
        to: to.clone(),
        thread: Some(guessed.clone()),
        body: Body::text(text),
    };
    let receipt = client.deliver(&draft(world, answer("here"))).await.unwrap();
    let read = client.fetch(&receipt.message.unwrap()).await.unwrap().unwrap();
    assert!(read.message.body.plain().contains("here"));
    if world.platform().profile().capabilities.threads == Level::Full {
        let root_or_answer = [Some(asked.clone()), Some(guessed.clone())];
        assert!(root_or_answer.contains(&read.message.thread), "{:?}", read.message.thread);
    }
    world.deletes(&guessed).await;
    world.deletes(&asked).await;
    client.deliver(&draft(world, answer("or here"))).await.unwrap();
    let arrived =
        seen(world, &asked.conversation).await.iter().filter(|(text, _)| text.contains("or here")).count();
    assert_eq!(arrived, 1);
}

/// Formatting survives as far as the platform has it; text is text to the last sign, and calls nobody.
pub async fn markup_stays_text(world: &dyn World) {
    let text = |text: &str| Inline::Text(text.to_owned());
    let hostile = "*a* _b_ ~~c~~ `d` [e](http://x) <b>f</b> <@all> <at>g</at> &amp; # h \\ \" ' {i} ```";
    let body = Body(vec![
        Block::Paragraph(vec![
            text(hostile),
            Inline::Break,
            text("- no list"),
            Inline::Break,
            Inline::Bold(vec![text("so")]),
            Inline::Italic(vec![text(" it ")]),
            Inline::Code("<x> *y*".to_owned()),
            Inline::Link { url: "https://acme.example/?a=1&b=2".to_owned(), label: vec![text("there")] },
        ]),
        Block::Quote(vec![Block::Paragraph(vec![text("> quoted")])]),
        Block::List {
            ordered: true,
            items: ["1. one", "two"].map(|item| vec![Block::Paragraph(vec![text(item)])]).to_vec(),
        },
        Block::Code { language: None, text: "let x = \"<@all>\";\n\n  # y".to_owned() },
        Block::Paragraph(vec![text("שלום 👨‍👩‍👧 ﷽")]),
    ]);
    let client = ours(world);
    let receipt = say(world, &*client, to_person(world), body.clone()).await.unwrap();
    let read = client.fetch(&receipt.message.unwrap()).await.unwrap().unwrap().message.body;
    assert_eq!(read.canonical(), body.canonical());
    assert!(!format!("{read:?}").contains("Mention("), "{read:?}");
    for look in world.shows() {
        assert!(format!("{read:?}").contains(look), "{look} is lost: {read:?}");
    }
}

/// What is too long for one message is split into parts that the platform takes, and nothing is lost.
pub async fn a_long_text_arrives_in_parts(world: &dyn World) {
    let max = world.platform().profile().capabilities.max_text;
    let sentence = "Ünïcode takes <more> than one byte & sometimes an escape. ";
    let whole = Body::text(&sentence.repeat(3 * max / sentence.len()));
    let parts = world.platform().split(whole.clone());
    assert!(parts.len() > 2);
    let client = ours(world);
    let mut said = String::new();
    for (index, part) in parts.iter().enumerate() {
        let receipt = say(world, &*client, to_person(world), part.clone()).await.expect("every part fits");
        let read = client.fetch(&receipt.message.unwrap()).await.unwrap().unwrap().message.body.canonical();
        let label = format!("({}/{})", index + 1, parts.len());
        said.push_str(read.strip_prefix(&label).expect("every part has its number"));
    }
    assert_eq!(said, whole.canonical());
}

/// Changing or deleting what is not there says so.
pub async fn what_is_not_there_is_gone(world: &dyn World) {
    let client = ours(world);
    let (message, _) = said(world, &*client, "soon gone").await;
    let nowhere = world.nowhere(&message.conversation);
    let delete = |target| draft(world, Operation::Delete { target });
    let edit = |target| draft(world, Operation::Edit { target, body: Body::text("x") });
    assert_eq!(client.deliver(&edit(nowhere.clone())).await, Err(CallError::Gone));
    assert_eq!(client.deliver(&delete(nowhere)).await, Err(CallError::Gone));
    client.deliver(&delete(message.clone())).await.unwrap();
    let again = client.deliver(&edit(message)).await;
    assert!(matches!(again, Err(CallError::Gone | CallError::Reject(_))), "{again:?}");
}
