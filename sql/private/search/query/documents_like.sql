-- Helper. Returns the documents most like one: those with the most marks in common by their weight
-- (private.mark_weights), those whose items were liked together with its item, and those with a similar embedding;
-- merged by reciprocal rank, where liked together counts 0.4, since it leans to what is popular.
create or replace function private.documents_like(
    liked integer, filters private.search_filters, viewer private.viewer, as_of integer, count integer
)
returns table (document integer, likeness double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_liked private.search_documents;
    v_telling text[];
begin
    if liked is null then
        return;
    end if;
    select d.* into v_liked from private.search_documents as d where d.document = liked;
    v_telling := array(select m.mark from unnest(v_liked.marks) as m (mark) where m.mark ~ '^(keyword|person):');
    return query
    with weights as materialized (
        select w.mark, w.weight from private.mark_weights(v_liked.marks) as w
    ), shared as (
        select
            d.document,
            (select sum(w.weight) from weights as w where w.mark = any(d.marks)) as weight,
            d.popularity
        from private.search_documents as d
        where d.marks && v_telling and d.kind = v_liked.kind
    ), alike as (
        select n.item_id, row_number() over (order by n.similarity desc) as rank
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, documents_like.count, viewer) as n
        where e.item_id = v_liked.item_id
    ), together as (
        select n.neighbour_id as item_id, row_number() over (order by n.weight desc) as rank
        from public.item_neighbours as n
        where n.model_id = (select private.active_item_model()) and n.item_id = v_liked.item_id and n.weight > 0
    ), ranked as (
        select
            s.document, 1.0 as weight,
            row_number() over (order by s.weight desc, s.popularity desc, s.document) as rank
        from shared as s
        union all
        select d.document, 1.0, a.rank from alike as a join private.search_documents as d on d.item_id = a.item_id
        union all
        select d.document, 0.4, t.rank from together as t join private.search_documents as d on d.item_id = t.item_id
    )
    select r.document, sum(r.weight::double precision / (20 + r.rank))
    from ranked as r
    join private.search_documents as d on d.document = r.document
    join public.items as i on i.id = d.item_id
    where r.document <> liked and r.document <= as_of and private.is_visible_match(d, i, filters, viewer)
    group by r.document
    order by 2 desc, r.document
    limit documents_like.count;
end
$$;
comment on function private.documents_like(
    integer, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents most like one.';
revoke execute on function private.documents_like(
    integer, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.documents_like(
    integer, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
