-- Helper. Returns the genres of items as bit sets, one bit a genre; 0 for an item without genres. The bits are
-- comparable within one call only. With more than 63 genres in a call, some share a bit.
create or replace function private.genre_sets(item_ids uuid[])
returns table (item_id uuid, genres bigint)
language sql stable rows 200 set search_path = ''
as $$
    with numbered as (
        select g.item_id, dense_rank() over (order by g.genre_id) % 63 as genre
        from public.item_genres as g
        where g.item_id = any(genre_sets.item_ids)
    )
    select i.item_id, coalesce(bit_or(1::bigint << n.genre::integer), 0)
    from unnest(genre_sets.item_ids) as i (item_id)
    left join numbered as n on n.item_id = i.item_id
    group by i.item_id
$$;
comment on function private.genre_sets(uuid[]) is 'Returns the genres of items as bit sets, one bit a genre.';
revoke execute on function private.genre_sets(uuid[]) from public;
grant execute on function private.genre_sets(uuid[]) to anon, authenticated, service_role;
