-- Worker. Deletes words that no document contains any more from the vocabulary. Until then the vocabulary may treat
-- such a word as correctly spelt, or offer it as a correction.
create or replace function private.delete_unused_words() returns void
language sql set search_path = ''
as $$
    delete from private.search_words as w
    where not exists (
        select from private.search_postings as p where p.lexeme = any(private.stems_of(w.word))
    )
$$;
comment on function private.delete_unused_words() is 'Deletes words that no document contains any more.';
revoke execute on function private.delete_unused_words() from public;
grant execute on function private.delete_unused_words() to service_role;
