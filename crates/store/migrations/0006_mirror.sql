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
