-- Helper. Returns how much it says about two items that both have a mark: the square of its idf, as in a cosine of
-- TF-IDF vectors, times a factor for its kind. Keywords count most, then genres and directors, then the language, and
-- people least. Marks of other kinds are left out.
create or replace function private.mark_weights(marks text[])
returns table (mark text, weight double precision)
language plpgsql stable rows 30 set search_path = '' set random_page_cost = 1.1
as $$
#variable_conflict use_column
declare
    v_most constant integer := 3000;
    v_documents double precision := greatest(
        (select c.reltuples from pg_catalog.pg_class as c where c.oid = 'private.search_documents'::regclass), 1
    );
begin
    return query
    select
        m.mark,
        k.factor * ln(1 + v_documents / (
            select 1 + count(*)
            from (select from private.search_documents as d where d.marks && array[m.mark] limit v_most) as d
        )) ^ 2
    from unnest(marks) as m (mark)
    join (
        values
        ('keyword', 1.0::double precision), ('genre', 0.8), ('director', 0.4), ('language', 0.3), ('person', 0.2)
    ) as k (kind, factor) on k.kind = split_part(m.mark, ':', 1);
end
$$;
comment on function private.mark_weights(text[]) is
'Returns how much it says about two items that both have a mark.';
revoke execute on function private.mark_weights(text[]) from public;
grant execute on function private.mark_weights(text[]) to anon, authenticated, service_role;
