-- Helper. Merges the candidates of all sources into one list, best first. An item's score is the sum, over the sources
-- that propose it, of the source's weight times the item's score divided by the source's highest score. The sum is
-- multiplied by private.level_factor, then scaled so that the best item has 1. An item keeps the source and the reason
-- that contribute most to its score. Items that the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.merge_sources(
    proposals private.proposal[], weights jsonb, viewer private.viewer, kind text, count integer
)
returns setof private.proposal
language plpgsql stable rows 60 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with shares as (
        select
            p.*,
            coalesce((merge_sources.weights ->> p.part)::double precision, 0)
            * p.score / nullif(max(p.score) over (partition by p.part), 0) as share
        from unnest(merge_sources.proposals) as p
    ), summed as (
        select s.item_id, sum(s.share) * private.level_factor(s.item_id, (merge_sources.viewer).rater_id) as score
        from shares as s
        group by s.item_id
        having sum(s.share) > 0
    ), wanted as (
        select s.item_id, s.score
        from summed as s
        join public.items as i on i.id = s.item_id and (merge_sources.kind is null or i.kind = merge_sources.kind)
        where private.is_available(i, merge_sources.viewer)
        order by s.score desc, s.item_id
        limit merge_sources.count
    ), telling as (
        select distinct on (s.item_id) s.*
        from shares as s
        order by s.item_id, s.share desc, s.part
    )
    select w.item_id, t.part, w.score / max(w.score) over (), t.reason_code, t.because_of, t.language
    from wanted as w
    join telling as t on t.item_id = w.item_id
    order by w.score desc, w.item_id;
end
$$;
comment on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) is
'Merges the candidates of all sources into one list by weighted scores.';
revoke execute on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) from public;
