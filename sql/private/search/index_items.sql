-- Write the documents of items as the catalogue has them now, and the words and names of those whose texts changed.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_changed integer[];
begin
    with sources as (
        select
            s.*,
            md5(
                concat_ws(
                    chr(1), s.title, s.original_title, s.authors::text, s.subtitle, s.overview, s.genre_names, s.tags
                )
            )::uuid as texts_hash
        from private.search_sources as s
        join public.items as i on i.id = s.item_id
        where s.item_id = any(item_ids)
    ), fresh as (
        select s.item_id, s.texts_hash
        from sources as s
        left join private.search_documents as d on d.item_id = s.item_id
        where d.texts_hash is distinct from s.texts_hash
    ), written as (
        insert into private.search_documents as d (
            item_id, kind, language, year, genres, popularity, stemmer, texts_hash
        )
        select
            s.item_id, s.kind, s.language, s.year, s.genres, s.popularity,
            private.stemmer_of(s.language, concat_ws('. ', s.title, s.subtitle, s.overview)), s.texts_hash
        from sources as s
        order by s.item_id
        on conflict (item_id) do update set
            language = excluded.language,
            year = excluded.year,
            genres = excluded.genres,
            popularity = excluded.popularity,
            stemmer = excluded.stemmer,
            texts_hash = excluded.texts_hash
        where
            (d.language, d.year, d.genres, d.popularity, d.texts_hash)
            is distinct from
            (excluded.language, excluded.year, excluded.genres, excluded.popularity, excluded.texts_hash)
        returning d.document, d.item_id, d.popularity
    ), moved as (
        update private.search_names as n set popularity = w.popularity
        from written as w
        where n.document = w.document and n.popularity <> w.popularity
    )
    select array_agg(w.document order by w.document) into v_changed
    from written as w
    where w.item_id in (select f.item_id from fresh as f);
    if v_changed is not null then
        perform private.index_words(v_changed), private.index_names(v_changed);
    end if;
end
$$;
comment on function private.index_items(uuid[]) is 'Write the documents of items as the catalogue has them now.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;
