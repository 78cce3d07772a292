-- Texts live in `payload` alone, sealed; everything else is ids, times and states. Identifiers of people are 16 bytes,
-- times whole microseconds since the Unix epoch. Row numbers of `inbox`, `payload`, `outbox` and `dead` are given by the
-- store and never used again.

create table meta (
    name text primary key,
    value blob not null
) without rowid;

create table counter (
    name text primary key,
    value integer not null
) without rowid;

create table workspace (
    id integer primary key,
    platform text not null,
    name text not null,
    unique (platform, name)
);

create table conversation (
    id integer primary key,
    workspace integer not null,
    name text not null,
    -- 0 unknown, 1 yes, 2 no; null until somebody recorded it.
    interest integer,
    -- The version of the people at which the interest was recorded.
    people integer not null default 0,
    low blob,
    high blob,
    mark text,
    mark_at integer,
    unique (workspace, name)
);
create unique index conversation_pair on conversation (low, high, workspace) where low is not null;
create index conversation_high on conversation (high, workspace) where high is not null;

create table message (
    id integer primary key,
    conversation integer not null,
    name text not null,
    -- Null for messages that were only reported or referred to.
    version integer,
    -- 1 ours, 2 deleted.
    flags integer not null default 0,
    -- The report of its creation. It waits as long as that row is in the inbox.
    pending integer,
    -- The message that it was made from.
    origin integer,
    at integer not null,
    unique (conversation, name)
);

create table inbox (
    conversation integer not null,
    id integer not null,
    message integer not null,
    -- 0 created, 1 changed, 2 deleted.
    report integer not null,
    watcher blob not null,
    actor_workspace integer,
    actor text,
    has_body integer not null,
    accepted_at integer not null,
    primary key (conversation, id)
) without rowid;

create table payload (
    id integer primary key,
    key integer not null,
    sealed blob not null
);

create table lane (
    id integer primary key,
    key blob not null unique
);

create table outbox (
    id integer primary key,
    lane integer not null,
    seq integer not null,
    -- 0 send, 1 edit, 2 delete, 3 notice.
    work integer not null,
    source_conversation integer,
    source text,
    part integer not null,
    thread_conversation integer,
    thread text,
    accepted_at integer not null,
    attempts integer not null default 0,
    -- Null as long as it was certainly not done.
    begun_at integer,
    not_before integer not null,
    fingerprint blob,
    reason text not null default '',
    told integer not null default 0,
    unique (lane, seq)
);

create table dead (
    id integer primary key,
    lane integer not null,
    seq integer not null,
    work integer not null,
    source_conversation integer,
    source text,
    part integer not null,
    thread_conversation integer,
    thread text,
    accepted_at integer not null,
    reason text not null,
    told integer not null,
    died integer not null
);
create index dead_died on dead (died, id);
create index dead_lane on dead (lane, seq);

create table counterpart (
    source integer not null,
    lane integer not null,
    part integer not null,
    -- Rises, so that those of one part stand in the order in which they were made.
    made integer not null,
    target integer not null,
    edits integer not null,
    primary key (source, lane, part, made)
) without rowid;

create table wedged (
    lane integer primary key,
    reason text not null
);

create table through (
    lane integer primary key
);

create table aside (
    id integer primary key,
    workspace integer not null,
    reason text not null,
    at integer not null
);

create table account (
    workspace integer not null,
    id text not null,
    name text not null,
    email text not null,
    bot integer not null,
    active integer not null,
    picture text,
    department text,
    listed integer not null,
    primary key (workspace, id)
) without rowid;

create table person (
    id blob primary key,
    name text not null,
    -- The name in lower case, for searching.
    folded text not null,
    email text not null,
    primary_workspace integer,
    primary_account text
) without rowid;
create unique index person_email on person (email) where email <> '';

create table binding (
    workspace integer not null,
    account text not null,
    person blob not null,
    primary key (workspace, account)
) without rowid;

create table stand_in (
    person blob not null,
    workspace integer not null,
    mode text not null,
    state text not null,
    account_workspace integer,
    account text,
    address text,
    login blob,
    reason text,
    primary key (person, workspace)
) without rowid;
create index stand_in_account on stand_in (account_workspace, account) where account is not null;

create table address (
    address text primary key,
    person blob not null
) without rowid;

create table login (
    id blob primary key,
    workspace integer not null,
    kind text not null,
    person blob,
    account_workspace integer,
    account text,
    secret blob,
    generation integer,
    -- 0 active, 1 refused.
    state integer not null
) without rowid;

create table consent (
    state blob primary key,
    browser blob not null,
    workspace integer not null,
    kind text not null,
    person blob,
    verifier blob,
    expires_at integer not null
) without rowid;

create table listening (
    login blob primary key,
    rung text not null,
    at integer not null,
    error text
) without rowid;

create table setting (
    name text primary key,
    sealed blob not null
) without rowid;
