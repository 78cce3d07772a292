-- Reactions to messages as they were last told, so that what is told next can be compared. Whose they are is an account of
-- the conversation's workspace. They go with their message.
create table reaction (
    message integer not null,
    account text not null,
    emoji text not null,
    primary key (message, account, emoji)
) without rowid;
