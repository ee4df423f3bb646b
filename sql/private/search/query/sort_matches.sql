-- Helper. Returns matches in another order than that of their relevance: by popularity, year (latest first), rating
-- (highest first) or title. Each gets the score of its rank.
create or replace function private.sort_matches(matches private.search_match[], sort text)
returns private.search_match[]
language plpgsql stable set search_path = '' set random_page_cost = 1.1
as $$
begin
    if sort_matches.sort is null then
        return matches;
    end if;
    return array(
        select row(
            r.document, 1.0::double precision / (60 + row_number() over (order by r.rank)), r.words, r.closeness,
            r.similarity, r.tier
        )::private.search_match
        from (
            select
                m.*,
                row_number() over (
                    order by
                        case sort_matches.sort
                            when 'popularity' then -d.popularity
                            when 'year' then -d.year
                            when 'rating' then -s.rating_sum / nullif(s.rating_count, 0)
                        end nulls last,
                        case when sort_matches.sort = 'title' then n.start end,
                        d.popularity desc, m.document
                ) as rank
            from unnest(matches) as m
            join private.search_documents as d on d.document = m.document
            left join public.item_stats as s on s.item_id = d.item_id
            left join private.search_names as n
                on n.document = m.document and n.is_whole and n.field = 'title' and sort_matches.sort = 'title'
        ) as r
        order by r.rank
    );
end
$$;
comment on function private.sort_matches(private.search_match[], text) is
'Returns matches by popularity, year, rating or title.';
revoke execute on function private.sort_matches(private.search_match[], text) from public;
grant execute on function private.sort_matches(private.search_match[], text) to anon, authenticated, service_role;
