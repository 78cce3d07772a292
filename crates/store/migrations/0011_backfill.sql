-- How many days before it was made a link reaches back.
alter table link add column history integer not null default 0;

-- How far what was written in a channel before its link was made has been passed on; null: there is nothing to pass on.
alter table member add column backfill_at integer;
-- The last of what was written at that very instant that is done; null: nothing of it is.
alter table member add column backfill_message text;
-- When the last message was written that was passed on; null: none was.
alter table member add column backfill_told integer;
