-- Trigger: a document's words go with it.
-- Definer: nobody else writes what search reads.
create or replace function private.forget_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from private.search_postings as p
    using changed_rows as c
    where p.document = c.document;
    return null;
end
$$;
comment on function private.forget_words() is 'Trigger: a document''s words go with it.';
revoke execute on function private.forget_words() from public;
