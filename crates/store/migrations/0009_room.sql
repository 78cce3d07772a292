-- Rooms in which the app speaks for somebody whom nothing stands in for: one for two people in a workspace.
create table room (
    low blob not null,
    high blob not null,
    workspace integer not null,
    -- What it is found by if the answer to its making was lost.
    mark text not null,
    state text not null,
    login blob,
    at integer,
    reason text,
    -- Null until it stands.
    conversation integer,
    -- What is said by now is said elsewhere.
    abandoned integer not null default 0,
    primary key (low, high, workspace)
) without rowid;
create unique index room_conversation on room (conversation) where conversation is not null;
