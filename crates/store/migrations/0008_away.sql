-- Whether a channel of a link is archived or gone.
alter table member add column away text not null default '';
