-- Helper. Returns the lexemes of a query, by every stemmer that it is parsed with, each with its BM25 idf over the
-- documents with numbers up to as_of. English stop words are left out. Words similar to misspelt ones are added, with
-- two thirds of their idf. For a viewer with an age limit only documents of visible items count. Terms with the
-- highest idf come first, until they have 30,000 postings together; at least one term is returned.
--   words       the corrected words of the query
--   left_words  those of them that are searched for
create or replace function private.query_terms(
    words text, left_words text, similar_words text[], viewer private.viewer, as_of integer
)
returns setof private.search_term
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_most constant integer := 30000;
    v_stemmers text[] := array(select private.query_stemmers(words));
    v_left text[] := case when left_words <> words then private.stems_of(left_words) end;
begin
    return query
    with spelt as materialized (
        select l.lexeme, unnest(l.places) as place, s.stemmer
        from unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, query_terms.words) as l
    ), slots as materialized (
        select distinct s.lexeme, s.place
        from spelt as s
        where s.place in (select e.place from spelt as e where e.stemmer = 'english')
    ), terms as (
        select s.lexeme, s.place, false as is_meant from slots as s
        union
        select l.lexeme, null, true
        from unnest(similar_words) as w (word)
        cross join lateral unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, w.word) as l
    ), counted as materialized (
        select
            t.*,
            case
                when viewer.age is null then (
                    select count(*)
                    from (
                        select from private.search_postings as p
                        where p.lexeme = t.lexeme and p.document <= as_of
                        limit v_most
                    ) as p
                )
                else private.visible_documents(t.lexeme, viewer, as_of)
            end as documents
        from terms as t
    ), shared as (
        select
            c.lexeme, c.is_meant, c.documents,
            least(sum(c.documents) over (partition by coalesce(c.place::text, c.lexeme)), as_of) as alike
        from counted as c
        where c.documents > 0
    ), weighed as (
        select
            s.lexeme,
            max(
                case when s.is_meant then 0.67 else 1 end * ln(1 + (as_of - s.alike + 0.5) / (s.alike + 0.5))
            )::double precision as idf,
            bool_and(s.is_meant) as is_meant,
            max(s.documents) as documents
        from shared as s
        group by s.lexeme
    ), ordered as (
        select
            w.*,
            sum(w.documents) over (order by w.idf desc, w.lexeme) as places,
            row_number() over (order by w.idf desc, w.lexeme) as rank
        from weighed as w
    )
    select o.lexeme, o.idf, o.is_meant, v_left is null or o.is_meant or o.lexeme = any(v_left)
    from ordered as o
    where o.places <= v_most or o.rank = 1;
end
$$;
comment on function private.query_terms(text, text, text[], private.viewer, integer) is
'Returns the lexemes of a query with their BM25 idf.';
revoke execute on function private.query_terms(text, text, text[], private.viewer, integer) from public;
grant execute on function private.query_terms(text, text, text[], private.viewer, integer)
to anon, authenticated, service_role;
