-- Trigger. Deletes the postings of deleted documents.
-- Definer: the role that deletes an item may not write the search index.
create or replace function private.delete_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from private.search_postings as p
    using changed_rows as c
    where p.document = c.document;
    return null;
end
$$;
comment on function private.delete_words() is 'Trigger: deletes the postings of deleted documents.';
revoke execute on function private.delete_words() from public;
