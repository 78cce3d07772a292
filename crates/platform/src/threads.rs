//! Threads of one level, where a vendor takes as parent only the first message of a thread (Webex, "Create a Message"; Zoom,
//! "Send a chat message"). People answer replies all the same, on platforms where every message can be answered, and threads
//! outlive their first message; so a refused reply goes to where the thread begins, and if that is gone, into the conversation.

use async_trait::async_trait;
use entente_model::{CallError, Draft, Loss, MessageRef, Operation, Receipt};

use crate::client::Client;
use crate::content::FileSource;

/// A client of such a vendor.
#[async_trait]
pub trait OneLevel: Client {
    /// Performs a draft as it is, with a file if there is one.
    async fn perform(&self, draft: &Draft, file: Option<&dyn FileSource>) -> Result<Receipt, CallError>;

    /// Performs a draft, as a reply if it is one.
    async fn say(&self, draft: &Draft, file: Option<&dyn FileSource>) -> Result<Receipt, CallError> {
        match &draft.operation {
            Operation::Send { thread: Some(thread), .. } => self.reply(draft, thread, file).await,
            _ => self.perform(draft, file).await,
        }
    }

    /// Sends a reply to `thread`. Each refusal is certain, so the next try cannot say anything twice.
    async fn reply(
        &self,
        draft: &Draft,
        thread: &MessageRef,
        file: Option<&dyn FileSource>,
    ) -> Result<Receipt, CallError> {
        let refused = match self.perform(draft, file).await {
            Err(refused @ (CallError::Reject(_) | CallError::Gone)) => refused,
            other => return other,
        };
        let parent = self.fetch(thread).await?.filter(|parent| !parent.deleted);
        if let Some(parent) = &parent
            && parent.message.thread.is_none()
        {
            // It can be answered, so that was not what is wrong.
            return Err(refused);
        }
        if let Some(root) = parent.and_then(|parent| parent.message.thread) {
            match self.perform(&answering(draft, Some(root)), file).await {
                Err(CallError::Reject(_) | CallError::Gone) => {}
                other => return other,
            }
        }
        let mut receipt = self.perform(&answering(draft, None), file).await?;
        receipt.losses.push(Loss::Thread);
        Ok(receipt)
    }
}

fn answering(draft: &Draft, root: Option<MessageRef>) -> Draft {
    let mut draft = draft.clone();
    if let Operation::Send { thread, .. } = &mut draft.operation {
        *thread = root;
    }
    draft
}
