-- Helper. Returns the words of a query that stand for one thing.
create or replace function private.tokens_of(known private.understanding, role text) returns text[]
language sql immutable set search_path = ''
as $$
    select array(
        select t.word
        from unnest(known.tokens, known.roles) with ordinality as t (word, role, place)
        where t.role = tokens_of.role
        order by t.place
    )
$$;
comment on function private.tokens_of(private.understanding, text) is
'Returns the words of a query that stand for one thing.';
revoke execute on function private.tokens_of(private.understanding, text) from public;
grant execute on function private.tokens_of(private.understanding, text) to anon, authenticated, service_role;
