-- The genres of items as small numbers, the same for all that are asked together; none: an empty list.
create or replace function private.genre_numbers(item_ids uuid[])
returns table (item_id uuid, genres integer[])
language sql stable rows 200 set search_path = ''
as $$
    with numbered as (
        select g.item_id, dense_rank() over (order by g.genre_id)::integer as genre
        from public.item_genres as g
        where g.item_id = any(genre_numbers.item_ids)
    )
    select i.item_id, coalesce(array_agg(n.genre order by n.genre) filter (where n.genre is not null), '{}')
    from unnest(genre_numbers.item_ids) as i (item_id)
    left join numbered as n on n.item_id = i.item_id
    group by i.item_id
$$;
comment on function private.genre_numbers(uuid[]) is 'The genres of items, as small numbers.';
revoke execute on function private.genre_numbers(uuid[]) from public;
grant execute on function private.genre_numbers(uuid[]) to anon, authenticated, service_role;
