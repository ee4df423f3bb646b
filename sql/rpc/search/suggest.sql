-- Suggests titles, authors and people while the user types.
-- First come names with a word that starts with the typed text, the most popular first. If there are fewer than count,
-- names that match its spelling corrections follow.
--   q      the typed text, 1 to 200 characters
--   count  maximum number of suggestions, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's kind, author or person), id, title, year and image of the item; for
-- an author, these four are null; for a person, id is that of people and the others are null.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/suggest {"q": "blade ru"}
-- Example response: [{"suggestion": "Blade Runner", "kind": "movie", "id": "de12…", "title": "Blade Runner", "year":
-- 1982, "image": null}]
create or replace function public.suggest(q text default null, count integer default 8)
returns setof public.suggestion
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(suggest.count, 8);
    v_typed text := left(private.fold_name(left(suggest.q, 201)), 201);
    v_viewer private.viewer := private.current_viewer();
begin
    if coalesce(v_typed, '') = '' or length(suggest.q) > 200 then
        raise exception 'q must have 1 to 200 characters'
            using errcode = '22023', detail = '{"field": "q", "min": 1, "max": 200}';
    end if;
    perform private.check_range('count', v_count, 1, 50);
    return query
    with begun as materialized (
        select n.*, 0::bigint as place from private.names_by_prefix(left(v_typed, 100), v_viewer, v_count * 5) as n
    ), named as (
        select b.* from begun as b
        union all
        select n.*, m.place
        from private.spelling_corrections(v_typed) with ordinality as m (typed, place)
        cross join lateral private.names_by_prefix(left(m.typed, 100), v_viewer, v_count * 5) as n
        where (select count(*) from begun) < v_count
    ), once as (
        select distinct on (case n.field when 'author' then private.fold_name(n.name) else n.document::text end)
            n.*
        from named as n
        order by
            case n.field when 'author' then private.fold_name(n.name) else n.document::text end,
            n.place, n.popularity desc, n.is_whole desc, n.field desc, n.name
    )
    select s.suggestion, s.kind, s.id, s.title, s.year, s.image
    from (
        select
            o.name as suggestion, case o.field when 'author' then 'author' else c.kind end as kind, c.id, c.title, c.year,
            c.image, o.place, o.is_whole and o.start = v_typed as is_equal, o.popularity, o.document
        from once as o
        join private.search_documents as d on d.document = o.document
        left join lateral (
            select c.* from public.catalog_items as c where c.id = d.item_id and o.field <> 'author' offset 0
        ) as c on true
        union all
        select p.name, 'person', p.person_id, null, null, null, 0, p.start = v_typed, p.popularity, 0
        from private.people_by_prefix(left(v_typed, 100), v_viewer, v_count) as p
        where length(v_typed) >= 3
    ) as s
    order by s.place, s.is_equal desc, s.popularity desc, s.suggestion, s.document
    limit v_count;
end
$$;
comment on function public.suggest(text, integer) is 'Suggests titles, authors and people while the user types.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;
