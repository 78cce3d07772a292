-- Channels that are kept in step.
create table link (
    id blob primary key,
    name text not null,
    made_at integer not null,
    state text not null,
    reason text not null
) without rowid;

-- Their channels. Those of links that have ended stay, so that it is known what a report is about that comes late.
create table member (
    id integer primary key,
    link blob not null,
    conversation integer not null,
    name text not null,
    flow text not null,
    listener blob,
    live integer not null
);
create unique index member_live on member (conversation) where live = 1;
create index member_conversation on member (conversation, id);
create index member_link on member (link, id);
