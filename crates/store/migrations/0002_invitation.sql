-- A consent that began at a personal link names it, so that the link is used up when the consent succeeds and not before.
alter table consent add column invitation blob;
