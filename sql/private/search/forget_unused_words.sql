-- Forget the words that no document has any more: for the upkeep worker. Until then one may be taken for a word of the
-- catalogue, or a misspelt one for it.
create or replace function private.forget_unused_words() returns void
language sql set search_path = ''
as $$
    delete from private.search_words as w
    where not exists (
        select from private.search_postings as p where p.lexeme = any(private.spellings(w.word))
    )
$$;
comment on function private.forget_unused_words() is 'Forget the words that no document has any more.';
revoke execute on function private.forget_unused_words() from public;
grant execute on function private.forget_unused_words() to service_role;
