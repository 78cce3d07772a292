-- What a sender was told about a row is a number now: 0 nothing, 1 that it waits, 2 that it died. Until now 1 stood for
-- both, and the dead were told of as such.
update dead set told = 2 where told = 1;

-- Of each message that was told of and is finished, whether something of it died. Its rows go when all that was told of
-- in their lane is finished and their sender was told that.
drop table through;
create table through (
    lane integer not null,
    conversation integer not null,
    source text not null,
    died integer not null,
    primary key (lane, conversation, source)
) without rowid;
