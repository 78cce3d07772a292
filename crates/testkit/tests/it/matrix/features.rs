//! Everything that a message between two people can be, have, or undergo.

use entente_model::Loss;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Feature {
    Words,
    Lines,
    Signs,
    Long(usize),
    Wide,
    Bold,
    Italic,
    Strike,
    BoldItalic,
    Code,
    CodeBlock,
    Quote,
    Bullets,
    Numbers,
    Nested,
    Heading,
    Link,
    Address,
    Emoji,
    CustomEmoji,
    Mention,
    MentionThird,
    Everybody,
    Name,
    /// Of somebody who has an account in the channel there too.
    Present,
    /// What a group is called.
    Title,
    /// What it comes to be shown elsewhere by.
    First,
    /// Somebody gives it another name.
    Renamed,
    Comes,
    Leaves,
    Picture,
    /// What the other answers where somebody is relayed, as it comes back.
    Back,
    Reply,
    ReplyToOther,
    Edit,
    EditMarks,
    EditLong,
    EditOften,
    Delete,
    DeleteLong,
    /// By somebody who looks after the channel.
    Moderated,
    React,
    ReactOwn,
    ReactTwice,
    Unreact,
    ReactCustom,
    /// Two people alike.
    ReactTogether,
    File,
    Image,
    ImageLarge,
    Files,
    FileLarge,
    FileHuge,
    FileVast,
    Card,
}

use Feature as F;

/// How often a message is edited by [`Feature::EditOften`].
pub(super) const OFTEN: usize = 12;

/// How long [`Feature::Wide`] is.
pub(super) const WIDE: usize = 9_300;

/// The rows of the matrix in order, by group.
pub(super) const GROUPS: [(&str, &[Feature]); 6] = [
    (
        "Text",
        &[
            F::Words,
            F::Lines,
            F::Signs,
            F::Long(1_000),
            F::Long(3_500),
            F::Long(7_300),
            F::Long(12_000),
            F::Long(26_000),
            F::Wide,
        ],
    ),
    (
        "Formatting",
        &[
            F::Bold,
            F::Italic,
            F::Strike,
            F::BoldItalic,
            F::Code,
            F::CodeBlock,
            F::Quote,
            F::Bullets,
            F::Numbers,
            F::Nested,
            F::Heading,
            F::Link,
            F::Address,
            F::Emoji,
            F::CustomEmoji,
        ],
    ),
    ("People", &[F::Name, F::Picture, F::Mention, F::MentionThird, F::Everybody]),
    (
        "What happens to a message",
        &[
            F::Reply,
            F::ReplyToOther,
            F::Edit,
            F::EditMarks,
            F::EditLong,
            F::EditOften,
            F::Delete,
            F::DeleteLong,
        ],
    ),
    ("Reactions", &[F::React, F::ReactOwn, F::ReactTwice, F::Unreact, F::ReactCustom]),
    (
        "Files and the rest",
        &[F::File, F::Image, F::Files, F::FileLarge, F::ImageLarge, F::FileHuge, F::FileVast, F::Card],
    ),
];

/// What differs in channels, by group.
pub(super) const IN_CHANNELS: [(&str, &[Feature]); 6] = [
    ("Text", &[F::Words, F::Lines, F::Signs, F::Long(3_500), F::Long(7_300)]),
    ("Formatting", &[F::Bold, F::Code, F::Bullets, F::Link, F::Emoji]),
    ("People", &[F::Name, F::Present, F::Picture, F::MentionThird, F::Everybody]),
    (
        "What happens to a message",
        &[F::Reply, F::ReplyToOther, F::Edit, F::EditLong, F::Delete, F::DeleteLong, F::Moderated],
    ),
    ("Reactions", &[F::React, F::ReactTogether, F::Unreact]),
    ("Files", &[F::File, F::Image, F::Files]),
];

/// What differs in groups, by group of features.
pub(super) const IN_GROUPS: [(&str, &[Feature]); 7] = [
    ("The group", &[F::Title, F::Renamed, F::First, F::Comes, F::Leaves]),
    ("Text", &[F::Words, F::Lines, F::Signs, F::Long(3_500), F::Long(7_300)]),
    ("Formatting", &[F::Bold, F::Italic, F::Code, F::Bullets, F::Link, F::Emoji]),
    ("People", &[F::Name, F::Picture, F::MentionThird, F::Everybody]),
    (
        "What happens to a message",
        &[F::Reply, F::ReplyToOther, F::Edit, F::EditLong, F::Delete, F::DeleteLong, F::Moderated],
    ),
    ("Reactions", &[F::React, F::ReactTogether, F::Unreact]),
    ("Files", &[F::File, F::Image, F::Files]),
];

/// What differs where somebody is relayed to one other, by group of features.
pub(super) const IN_ROOMS: [(&str, &[Feature]); 5] = [
    ("Text", &[F::Words, F::Lines, F::Signs, F::Long(3_500), F::Long(7_300)]),
    ("Formatting", &[F::Bold, F::Italic, F::Code, F::Bullets, F::Link, F::Emoji]),
    ("People", &[F::Name, F::Picture]),
    (
        "What happens to a message",
        &[F::Back, F::Reply, F::ReplyToOther, F::Edit, F::EditLong, F::Delete, F::DeleteLong],
    ),
    ("Files and the rest", &[F::File, F::Image, F::Files, F::Card]),
];

/// A kind of conversation's rows.
pub(super) type Groups = [(&'static str, &'static [Feature])];

/// All of these groups.
pub(super) fn of(groups: &Groups) -> impl Iterator<Item = Feature> {
    groups.iter().flat_map(|(_, features)| features.iter().copied())
}

impl Feature {
    /// As the document calls it.
    pub(super) fn title(self) -> String {
        let title = match self {
            F::Words => "plain text",
            F::Lines => "lines and paragraphs",
            F::Signs => "signs that are markup elsewhere stay signs",
            F::Long(length) => return format!("text of {length} characters"),
            F::Wide => return format!("text of {WIDE} characters, most of three bytes"),
            F::Bold => "bold",
            F::Italic => "italic",
            F::Strike => "struck through",
            F::BoldItalic => "bold and italic at once",
            F::Code => "code in a line",
            F::CodeBlock => "block of code",
            F::Quote => "quote",
            F::Bullets => "bulleted list",
            F::Numbers => "numbered list",
            F::Nested => "list in a list",
            F::Heading => "heading",
            F::Link => "link with words of its own",
            F::Address => "address in the text",
            F::Emoji => "emoji",
            F::CustomEmoji => "emoji of a workspace's own",
            F::Mention => "mention of whoever it is written to",
            F::MentionThird => "mention of somebody else, whose name has signs of markup",
            F::Everybody => "mention of everybody",
            F::Name => "the sender's name",
            F::Present => "the sender's name, where they are in the channel too",
            F::Picture => "the sender's picture",
            F::Title => "what the group is called",
            F::Renamed => "another name for the group",
            F::First => "the first message of the group",
            F::Comes => "somebody comes who works there",
            F::Leaves => "somebody leaves",
            F::Back => "what the other says there comes back",
            F::Reply => "answer to a message of one's own",
            F::ReplyToOther => "answer to a message of the other's",
            F::Edit => "edit",
            F::EditMarks => "edit that makes words bold",
            F::EditLong => "edit of a long text",
            F::EditOften => return format!("{OFTEN} edits of one message"),
            F::Delete => "deletion",
            F::DeleteLong => "deletion of a long text",
            F::Moderated => "deletion by somebody else",
            F::React => "reaction to a message of the other's",
            F::ReactOwn => "reaction to a message of one's own",
            F::ReactTwice => "two reactions to one message",
            F::Unreact => "reaction taken back",
            F::ReactTogether => "the same reaction by two people",
            F::ReactCustom => "reaction with a workspace's own emoji",
            F::File => "file with a text",
            F::ImageLarge => "image of 19 MB",
            F::Image => "image",
            F::Files => "two files at once",
            F::FileLarge => "file of 19 MB",
            F::FileHuge => "file of 99 MB",
            F::FileVast => "file of 1.1 GB",
            F::Card => "card",
        };
        title.to_owned()
    }

    /// A word that only this feature's messages begin with.
    pub(super) fn word(self) -> String {
        let name = format!("{self:?}").to_lowercase();
        name.chars().filter(char::is_ascii_alphanumeric).collect()
    }

    /// What has to be recorded on the delivery where less arrives; `None` where nothing of the message itself is lost.
    pub(super) fn loss(self) -> Option<Loss> {
        Some(match self {
            // It is read as its name, before there is a delivery.
            F::Name
            | F::Present
            | F::Picture
            | F::CustomEmoji
            // It goes the other way.
            | F::Back
            // Nothing that a message would say.
            | F::Title
            | F::Renamed
            | F::Comes
            | F::Leaves => return None,
            F::Long(_) | F::Wide | F::EditLong | F::DeleteLong => Loss::Split,
            F::Mention | F::MentionThird | F::Everybody => Loss::Mention,
            F::Reply | F::ReplyToOther => Loss::Thread,
            F::EditOften => Loss::EditAsReply,
            F::React | F::ReactOwn | F::ReactTwice | F::Unreact | F::ReactCustom | F::ReactTogether => {
                Loss::Reaction
            }
            F::File
            | F::Image
            | F::ImageLarge
            | F::Files
            | F::FileLarge
            | F::FileHuge
            | F::FileVast
            | F::Card => Loss::Unsupported,
            _ => Loss::Formatting,
        })
    }

    /// Whether what is recorded may be of what stood there before: less may have arrived of that.
    pub(super) fn stood_otherwise(self) -> bool {
        matches!(self, F::EditLong | F::EditMarks | F::DeleteLong | F::Unreact)
    }
}
