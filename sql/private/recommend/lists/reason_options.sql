-- Helper. Returns what could be given as the reason for each item of a list, every option true and above its floor:
--   code             subject             floor, strength
--   liked_together   -                   the greatest product of the item model's weight and the rater's liking of
--                                        because_of is 0.02 or more; 0.6 and five times the product
--   taste            -                   the neighbours proposed the item (private.collaborative); 0.7
--   liked            -                   the embeddings of because_of, one of the ten best liked items, and the item
--                                        have a cosine of 0.4 or more; the cosine
--   same_director    the person          of because_of, a liked item; 0.9
--   same_actor       the person          billed third or better here and in because_of, a liked item; 0.65
--   same_keyword     the keyword         of at least two of the 50 best liked items, because_of the best; 0.5 and a
--                                        twentieth for each of them
--   same_genre       the genre           at least three liked items have it and its lift (of lifts, by
--                                        private.liked_features) is above 0.3; 0.4 and a tenth of the lift
--   same_language    the language's code at least two liked items have it and its lift is above 1; 0.55
--   same_decade      the decade          the same; 0.45
--   popular_in_country, popular_in_language (subject: the language's code): proposed for it; 0.5
--   highly_rated     -                   a published mean of 4 or better, of 20 ratings or more; 0.3
--   popular          -                   among the 100 items with the largest published sum of ratings; 0.2
-- What liked items have is looked up item by item (offset 0), then joined; another join would read the credits and
-- keywords of the whole catalogue.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.reason_options(rater_id uuid, lifts private.lift[], list private.proposal[])
returns table (item_id uuid, reason_code text, because_of uuid, subject text, strength double precision)
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_ids uuid[] := array(select l.item_id from unnest(list) as l);
begin
    return query
    with listed as materialized (
        select l.item_id, l.reason_code, l.language from unnest(reason_options.list) as l
    ), liked as materialized (
        select l.item_id, row_number() over (order by l.weight desc, l.liked_at desc, l.item_id) as place
        from private.positive_feedback as l
        where l.rater_id = reason_options.rater_id and l.is_liked
        order by place
        limit 50
    ), lifts as materialized (
        select l.* from unnest(reason_options.lifts) as l where l.items >= 2 and l.lift > 0.3
    ), liked_credits as materialized (
        select m.item_id, m.place, o.job, o.person_id
        from liked as m
        cross join lateral (
            select c.job, c.person_id
            from public.credits as c
            where c.item_id = m.item_id and c.job in ('director', 'actor') and c.position <= 3
            offset 0
        ) as o
    ), listed_credits as materialized (
        select c.item_id, c.job, c.person_id, c.position
        from public.credits as c
        where c.item_id = any(v_ids) and c.job in ('director', 'actor') and c.position <= 3
    ), people as (
        select distinct on (c.item_id, c.job) c.item_id, c.job, m.item_id as because_of, c.person_id
        from listed_credits as c
        join liked_credits as m on m.job = c.job and m.person_id = c.person_id
        order by c.item_id, c.job, c.position, m.place
    ), liked_keywords as materialized (
        select m.item_id, m.place, o.keyword
        from liked as m
        cross join lateral (
            select k.keyword from public.item_keywords as k where k.item_id = m.item_id offset 0
        ) as o
    ), listed_keywords as materialized (
        select k.item_id, k.keyword from public.item_keywords as k where k.item_id = any(v_ids)
    ), keywords as (
        select distinct on (k.item_id) k.item_id, k.liked_item, k.keyword, k.items
        from (
            select k.item_id, k.keyword, count(*) as items, (array_agg(m.item_id order by m.place))[1] as liked_item
            from listed_keywords as k
            join liked_keywords as m on m.keyword = k.keyword
            group by k.item_id, k.keyword
            having count(*) >= 2
        ) as k
        order by k.item_id, k.items desc, k.keyword
    ), features as materialized (
        select f.item_id, f.feature, f.value from private.item_features as f where f.item_id = any(v_ids)
    ), liked_embeddings as materialized (
        select o.item_id, o.embedding
        from liked as m
        cross join lateral (
            select e.item_id, e.embedding from public.item_embeddings as e where e.item_id = m.item_id offset 0
        ) as o
        where m.place <= 10
    ), alike as (
        select distinct on (e.item_id)
            e.item_id, o.item_id as because_of, 1 - (e.embedding operator(extensions.<=>) o.embedding) as similarity
        from (select e.item_id, e.embedding from public.item_embeddings as e where e.item_id = any(v_ids)) as e
        cross join liked_embeddings as o
        order by e.item_id, similarity desc, o.item_id
    ), popular as (
        select s.item_id from public.item_stats as s
        where s.rating_sum > 0
        order by s.rating_sum desc, s.item_id
        limit 100
    )
    select b.item_id, 'liked_together', b.because_of, null::text, 0.6 + 5 * b.weight
    from private.because_of(reason_options.rater_id, v_ids) as b
    where b.weight >= 0.02
    union all
    select l.item_id, l.reason_code, null, l.language, case l.reason_code when 'taste' then 0.7 else 0.5 end
    from listed as l
    where l.reason_code in ('taste', 'popular_in_language', 'popular_in_country')
    union all
    select a.item_id, 'liked', a.because_of, null, a.similarity from alike as a where a.similarity >= 0.4
    union all
    select p.item_id, 'same_' || p.job, p.because_of, n.name, case p.job when 'director' then 0.9 else 0.65 end
    from people as p
    join public.people as n on n.id = p.person_id
    union all
    select k.item_id, 'same_keyword', k.liked_item, k.keyword, 0.5 + k.items / 20.0 from keywords as k
    union all
    select
        f.item_id, 'same_' || f.feature, null, coalesce(g.name, f.value),
        case f.feature when 'genre' then 0.4 + n.lift / 10 when 'language' then 0.55 else 0.45 end
    from features as f
    join lifts as n on n.feature = f.feature and n.value = f.value
    left join public.genres as g on f.feature = 'genre' and g.id::text = f.value
    where f.feature = 'genre' and n.items >= 3 or f.feature in ('language', 'decade') and n.lift > 1
    union all
    select s.item_id, 'highly_rated', null, null, 0.3
    from public.item_stats as s
    where
        s.item_id = any(v_ids)
        and s.rating_count >= 20 and s.rating_sum >= 4 * s.rating_count
    union all
    select l.item_id, 'popular', null, null, 0.2
    from listed as l
    where l.item_id in (select p.item_id from popular as p);
end
$$;
comment on function private.reason_options(uuid, private.lift[], private.proposal[]) is
'Returns what could be given as the reason for each item of a list.';
revoke execute on function private.reason_options(uuid, private.lift[], private.proposal[]) from public;
