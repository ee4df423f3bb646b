-- Helper. Merges the rankings of the documents that a search found, of those that the viewer may see and that match the
-- filters, by reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009; k = 60); meaning counts for less if words
-- decide, and popularity adds a little. A document whose name equals the query comes before all others, then those
-- whose title holds all of its words. Both match whatever filters were understood.
create or replace function private.fuse_matches(
    matches private.found_document[],
    parsed private.parsed_search,
    known private.understanding,
    has_left boolean,
    filters private.search_filters,
    viewer private.viewer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = ''
set random_page_cost = 1.1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_is_understood boolean := known.needs <> '{}' or known.wishes is not null
        or known.filters is distinct from filters;
    v_word_weight double precision := case
        when known.liked is not null and not has_left then 0.1
        when known.is_whole and not has_left then 0.25
        else 1
    end;
    v_excluded text[] := private.stems_of(parsed.excluded);
begin
    return query
    with required as materialized (
        select s.stemmer, l.lexeme
        from private.query_stemmers(array_to_string(parsed.phrases, ' ')) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, array_to_string(parsed.phrases, ' ')) as l
        where parsed.phrases is not null
    ), passing as materialized (
        select
            private.item_tier(i, viewer) as tier, f.document, d.item_id, f.words, f.closeness, f.similarity, f.is_titled,
            f.fit, f.likeness, f.kinship, d.popularity
        from unnest(matches) as f
        join private.search_documents as d on d.document = f.document
        join public.items as i on i.id = d.item_id
        where
            private.is_visible_match(d, i, filters, viewer)
            and (not v_is_understood or f.closeness >= 0.97 or f.is_titled or private.matches_filters(d, known.filters))
            and not exists (
                select from private.search_postings as p where p.lexeme = any(v_excluded) and p.document = d.document
            )
            and not exists (
                select
                from required as r
                where
                    r.stemmer = d.stemmer
                    and not exists (
                        select from private.search_postings as p where p.lexeme = r.lexeme and p.document = d.document
                    )
            )
    ), decided as (
        select
            case
                when known.liked is not null then 0.2
                when known.is_whole or bool_or(p.closeness >= 0.97) then 0.3
                when bool_or(p.is_titled) then 0.5
                else 1
            end as meaning_weight
        from passing as p
    ), ranked as (
        select
            p.*,
            row_number() over (order by p.words desc nulls last, p.popularity desc, p.document) as word_rank,
            row_number() over (order by p.closeness desc nulls last, p.popularity desc, p.document) as name_rank,
            row_number() over (order by p.similarity desc nulls last, p.popularity desc, p.document) as meaning_rank,
            row_number() over (order by p.popularity desc, p.document) as popular_rank,
            d.meaning_weight
        from passing as p
        cross join decided as d
        where
            parsed.phrases is null and parsed.excluded_phrases is null
            or private.has_phrases(p.item_id, parsed.phrases, parsed.excluded_phrases)
    )
    select
        r.document,
        case when r.words is null then 0 else v_word_weight / (60 + r.word_rank) end
        + case when r.closeness is null then 0 else 1.0::double precision / (60 + r.name_rank) end
        + case when r.similarity is null then 0 else r.meaning_weight::double precision / (60 + r.meaning_rank) end
        + case when r.fit is null then 0 else 2.0::double precision / (60 + r.fit) end
        + case when r.likeness is null then 0 else 1.5::double precision / (60 + r.likeness) end
        + case when r.kinship is null then 0 else 0.75::double precision / (60 + r.kinship) end
        + 0.2::double precision / (60 + r.popular_rank)
        + case when r.closeness >= 0.97 then 3.0::double precision / 61 else 0 end
        + case when r.is_titled then 1.5::double precision / 61 else 0 end as score,
        r.words::real, r.closeness, r.similarity::real, r.tier
    from ranked as r
    order by score desc, r.document
    limit 1000;
end
$$;
comment on function private.fuse_matches(
    private.found_document[], private.parsed_search, private.understanding, boolean, private.search_filters,
    private.viewer
) is
'Merges the rankings of the documents that a search found.';
revoke execute on function private.fuse_matches(
    private.found_document[], private.parsed_search, private.understanding, boolean, private.search_filters,
    private.viewer
) from public;
grant execute on function private.fuse_matches(
    private.found_document[], private.parsed_search, private.understanding, boolean, private.search_filters,
    private.viewer
) to anon, authenticated, service_role;
