-- What is chosen about a link, and what its channels say that they are about.
alter table link add column files text not null default 'on';
alter table link add column broadcast integer not null default 0;
alter table link add column outsiders integer not null default 0;
alter table link add column notices integer not null default 0;
alter table member add column topic text;
