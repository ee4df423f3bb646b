-- Helper. Turns what was understood into filters, words to search for and a text to embed. While the filters leave no
-- item that the viewer may see, the last is dropped, and its words are searched for.
create or replace function private.settle_query(
    known private.understanding, filters private.search_filters, viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_variable
declare
    v_dropped text[] := '{}';
    v_number integer;
    v_tokens text[];
begin
    if
        known.needs = '{}' and known.wishes is null and known.liked is null
        and known.filters is not distinct from filters
    then
        return known;
    end if;
    -- More needs than there are filters: the last ones are searched for as words.
    loop
        known.filters.marks_1 := string_to_array(known.needs[1], '|');
        known.filters.marks_2 := string_to_array(known.needs[2], '|');
        known.filters.marks_3 := string_to_array(known.needs[3], '|');
        known.filters.marks_4 := string_to_array(known.needs[4], '|');
        v_number := cardinality(known.needs);
        exit when v_number <= 4 and exists (
            select
            from private.search_documents as d
            join public.items as i on i.id = d.item_id
            where private.matches_filters(d, known.filters) and private.is_available(i, viewer)
        );
        if (known.filters).year_from is distinct from filters.year_from
            or (known.filters).year_to is distinct from filters.year_to
        then
            v_dropped := v_dropped || array_to_string(private.tokens_of(known, 'year'), ' ');
            known.roles := array_replace(known.roles, 'year', 'left');
            known.filters.year_from := filters.year_from;
            known.filters.year_to := filters.year_to;
        elsif v_number > 0 then
            -- People are the first needs.
            known.said := known.said || jsonb_build_object('people', (known.said -> 'people') - (v_number - 1));
            v_dropped := v_dropped || array_to_string(
                private.tokens_of(known, 'need ' || v_number) || private.tokens_of(known, 'person ' || v_number), ' '
            );
            known.roles := array_replace(
                array_replace(known.roles, 'need ' || v_number, 'left'), 'person ' || v_number, 'left'
            );
            known.needs := known.needs[:v_number - 1];
        else
            exit;
        end if;
    end loop;
    known.is_whole := not exists (select from unnest(known.roles) as r (role) where coalesce(r.role, 'left') = 'left');
    v_tokens := array(
        select t.word
        from unnest(known.tokens, known.roles) with ordinality as t (word, role, place)
        where
            coalesce(t.role, 'left') in ('left', 'wish')
            and (
                t.role = 'left'
                or not exists (
                    select from unnest(known.spans) as s where t.place between s.first and s.last and '1 filler' = any(s.marks)
                )
            )
        order by t.place
    );
    known.words := array_to_string(v_tokens, ' ');
    known.text := array_to_string(
        array(
            select t.word
            from unnest(known.tokens, known.roles) with ordinality as t (word, role, place)
            where coalesce(t.role, 'left') !~ '^(year|like|liked|person \d+)$'
            order by t.place
        ),
        ' '
    );
    if known.liked is not null then
        known.text := concat_ws(
            '. ', nullif(known.text, ''),
            (
                select c.overview
                from private.search_documents as d
                join public.catalog_items as c on c.id = d.item_id
                where d.document = known.liked
            )
        );
    elsif not exists (
        select from unnest(known.roles) as r (role) where coalesce(r.role, 'left') in ('left', 'wish', 'mood') or r.role like 'need%'
    ) then
        known.text := '';
    end if;
    known.said := known.said || jsonb_build_object(
        'filters', private.understood_filters(known, filters), 'dropped', to_jsonb(v_dropped)
    );
    return known;
end
$$;
comment on function private.settle_query(private.understanding, private.search_filters, private.viewer) is
'Turns what was understood into filters, words and a text to embed.';
revoke execute on function private.settle_query(private.understanding, private.search_filters, private.viewer)
from public;
grant execute on function private.settle_query(private.understanding, private.search_filters, private.viewer)
to anon, authenticated, service_role;
