-- Channels that are made to be linked, from when they are begun until they are in a link.
create table making (
    workspace integer not null,
    name text not null,
    mark text not null,
    login blob not null,
    at integer not null,
    conversation integer,
    primary key (workspace, name)
) without rowid;

-- Whether who joins one channel of a link is let into the others.
alter table link add column membership integer not null default 0;

-- Who was in a linked channel when that was looked at last, of links that tell who comes and goes, or have them come elsewhere.
create table attendance (
    conversation integer not null,
    account text not null,
    primary key (conversation, account)
) without rowid;
