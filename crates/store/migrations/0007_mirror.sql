-- Where groups are shown that people of several platforms are in. What stands is a member of the link, too.
create table mirror (
    link blob not null,
    workspace integer not null,
    state text not null,
    login blob,
    at integer,
    reason text,
    primary key (link, workspace)
) without rowid;

-- Who was in a group, and in which of its mirrors, when that was looked at last.
create table present (
    link blob not null,
    conversation integer not null,
    person blob not null,
    primary key (link, conversation, person)
) without rowid;
