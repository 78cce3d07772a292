//! The named boundaries of a message's way. A test can be told of each and kill the process there; in production
//! nobody listens.

/// A boundary between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A webhook's transaction is committed, its answer not yet sent.
    Accepted,
    /// A lane was claimed.
    Claimed,
    /// The plans of an arrival are committed.
    Planned,
    /// The intent of a delivery is committed.
    Begun,
    /// The first byte of a delivery is about to leave.
    FirstByte,
    /// The last byte of a delivery has left.
    LastByte,
    /// The platform's answer is here, not yet recorded.
    Answered,
    /// The outcome is committed.
    Finished,
}

impl Step {
    /// All of them, in the order of a message's way.
    pub const ALL: [Self; 8] = [
        Self::Accepted,
        Self::Claimed,
        Self::Planned,
        Self::Begun,
        Self::FirstByte,
        Self::LastByte,
        Self::Answered,
        Self::Finished,
    ];

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Claimed => "claimed",
            Self::Planned => "planned",
            Self::Begun => "begun",
            Self::FirstByte => "first_byte",
            Self::LastByte => "last_byte",
            Self::Answered => "answered",
            Self::Finished => "finished",
        }
    }
}

/// Is told of each boundary, synchronously.
pub trait Steps: Send + Sync + 'static {
    /// The boundary `step` was reached.
    fn reached(&self, step: Step);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSteps;

impl Steps for NoSteps {
    fn reached(&self, _: Step) {}
}
