-- Helper. Returns the years that words of a query state: years, decades (1950s, 50s, fifties, 1950年代), ranges, and
-- those with before, after, since, early or late. is_stated: a word before it says that it is a year of release, or
-- it is no number that a title could hold.
create or replace function private.years_in(tokens text[], spans private.query_span[])
returns table (first integer, last integer, year_from integer, year_to integer, is_stated boolean)
language sql stable rows 1 set search_path = ''
as $$
    with words as (
        select
            t.place::integer as place, t.word, tokens[t.place - 1] as before, tokens[t.place + 1] as after,
            exists (
                select from unnest(spans) as s where s.last = t.place - 1 and '1 about' = any(s.marks)
            ) as is_setting,
            (
                select substr(m.mark, 10)::integer
                from unnest(spans) as s
                cross join lateral unnest(s.marks) as m (mark)
                where s.first = t.place and m.mark like '1 decade:%'
            ) as decade
        from unnest(tokens) with ordinality as t (word, place)
    ), parsed as (
        select
            w.*,
            case
                when w.decade is not null then w.decade
                when w.word ~ '^(1[89]|20)\d0(s|er|年代)$' then left(w.word, 4)::integer
                when w.word ~ '^\d0(s|er|年代)$'
                then case when w.word < '20' then 2000 else 1900 end + left(w.word, 2)::integer
                when w.word ~ '^(1[89]|20)\d0$' and w.after in ('s', 'er', 'ies') then w.word::integer
                when w.word ~ '^\d0$' and w.after in ('s', 'er') or w.word ~ '^\d0$' and w.before in ('anos', 'annees', 'anni')
                then case when w.word < '20' then 2000 else 1900 end + w.word::integer
                when w.word ~ '^(1[89]|20)\d0$' and (w.before in ('anos', 'annees', 'anni') or w.after = 'के')
                then w.word::integer
            end as tens,
            case when w.word ~ '^(18[89]\d|19\d\d|20[0-3]\d)$' then w.word::integer end as year
        from words as w
        where not w.is_setting
    )
    select
        p.place - case
            when p.tens is not null and p.before in ('early', 'mid', 'late', 'anos', 'annees', 'anni') then 1
            when p.tens is null and p.before in ('from', 'in', 'of', 'year', 'before', 'after', 'since', 'until', 'between') then 1
            else 0
        end,
        p.place + case
            when p.tens is not null and p.after = 'के' then 2
            when p.tens is not null and p.after in ('s', 'er', 'ies') then 1
            when p.decade is not null then coalesce(
                (select s.last - s.first from unnest(spans) as s where s.first = p.place), 0
            )
            when p.tens is null and tokens[p.place + 2] ~ '^(19|20)\d\d$' and p.after in ('and', 'to', 'bis', 'a') then 2
            when p.tens is null and p.after ~ '^(19|20)\d\d$' then 1
            else 0
        end,
        case
            when p.tens is not null then p.tens + case p.before when 'late' then 6 when 'mid' then 3 else 0 end
            when p.before in ('before', 'until') then null
            when p.before = 'after' then p.year + 1
            else p.year
        end,
        case
            when p.tens is not null then p.tens + case p.before when 'early' then 4 when 'mid' then 6 else 9 end
            when p.before in ('after', 'since') then null
            when p.before = 'before' then p.year - 1
            when tokens[p.place + 2] ~ '^(19|20)\d\d$' and p.after in ('and', 'to', 'bis', 'a')
            then tokens[p.place + 2]::integer
            when p.after ~ '^(19|20)\d\d$' then p.after::integer
            else p.year
        end,
        p.tens is not null
        or coalesce(p.before in ('from', 'in', 'of', 'year', 'before', 'after', 'since', 'until', 'between'), false)
        or coalesce(p.after ~ '^(19|20)\d\d$', false)
    from parsed as p
    where coalesce(p.tens, p.year) is not null
    order by p.place
    limit 1
$$;
comment on function private.years_in(text[], private.query_span[]) is
'Returns the years that words of a query state.';
revoke execute on function private.years_in(text[], private.query_span[]) from public;
grant execute on function private.years_in(text[], private.query_span[]) to anon, authenticated, service_role;
