-- What search reads: a document an item, the words of its texts, weighed once, and the names it goes by.
set lock_timeout = '10s';

create extension if not exists fuzzystrmatch with schema extensions;

-- Postgres's own stemmers, without accents; simple, which stems nothing, is for all other languages.
do $$
declare
    v_stemmer text;
begin
    foreach v_stemmer in array array[
        'simple', 'english', 'french', 'german', 'spanish', 'italian', 'portuguese', 'russian', 'hindi', 'tamil',
        'dutch', 'danish', 'norwegian', 'swedish', 'turkish', 'arabic'
    ]
    loop
        execute format('create text search configuration private.%1$I (copy = pg_catalog.%1$I)', v_stemmer);
        execute format(
            'alter text search configuration private.%I alter mapping for hword, hword_part, word '
            'with extensions.unaccent, pg_catalog.%I',
            v_stemmer, case v_stemmer when 'simple' then 'simple' else v_stemmer || '_stem' end
        );
    end loop;
end
$$;

create table private.search_documents (
    document integer generated always as identity primary key,
    item_id uuid not null unique,
    kind text not null,
    language text,
    year smallint,
    genres text[] not null default '{}',
    popularity real not null default 0,
    stemmer text not null,
    texts_hash uuid not null,
    constraint search_documents_item_fkey
    foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
create index search_documents_kind_year on private.search_documents (kind, year);
create index search_documents_language on private.search_documents (language, year);
create index search_documents_year on private.search_documents (year);
create index search_documents_genres on private.search_documents using gin (genres);
create index search_documents_stemmer on private.search_documents (stemmer);
comment on table private.search_documents is
'What searches filter and count by, a row an item; triggers of the catalogue keep it.';
comment on column private.search_documents.document is
'Counts up: what entered the catalogue later has a higher one. Pages of a search stop at the one its first page knew.';
comment on column private.search_documents.item_id is 'The item.';
comment on column private.search_documents.kind is 'Its kind.';
comment on column private.search_documents.language is 'ISO 639 code of its language.';
comment on column private.search_documents.year is 'Year of its release or publication.';
comment on column private.search_documents.genres is 'Slugs of its genres.';
comment on column private.search_documents.popularity is 'As the catalogue has it; orders what matches alike.';
comment on column private.search_documents.stemmer is
'Which text search configuration of this schema made its words, found by the stop words of its texts.';
comment on column private.search_documents.texts_hash is
'MD5 of the texts that its words and names come from; the same: they are left as they are.';

create table private.search_postings (
    lexeme text collate "C" not null,
    document integer not null,
    weight real not null,
    primary key (lexeme, document) include (weight)
);
create index search_postings_document on private.search_postings (document);
comment on table private.search_postings is
'Which document has which word, and how much that says of it: BM25''s share of the document. A document''s rows are '
'written and deleted with it, by triggers; a foreign key would be checked a row and double the time to write them.';
comment on column private.search_postings.lexeme is
'A word as the document''s stemmer leaves it; of Chinese, Japanese and Korean text two characters.';
comment on column private.search_postings.document is 'The document.';
comment on column private.search_postings.weight is
'How often it is there, a title''s words counting more, saturated and by the length of the document: 0 to 2.2.';

create table private.search_names (
    document integer not null,
    field text not null,
    name text not null,
    start text collate "C" not null,
    is_whole boolean not null,
    popularity real not null,
    constraint search_names_document_fkey
    foreign key (document) references private.search_documents (document) on delete cascade,
    constraint search_names_field_known check (field in ('title', 'original_title', 'author'))
);
create index search_names_document on private.search_names (document);
create index search_names_start on private.search_names (start);
create index search_names_first on private.search_names (left(start, 1), popularity desc);
create index search_names_first_two on private.search_names (left(start, 2), popularity desc);
create index search_names_first_three on private.search_names (left(start, 3), popularity desc);
create index search_names_whole on private.search_names using gin (start extensions.gin_trgm_ops) where is_whole;
comment on table private.search_names is
'Titles and authors of each document, once from each of their words on, for suggestions while typing.';
comment on column private.search_names.document is 'The document.';
comment on column private.search_names.field is 'title, original_title or author.';
comment on column private.search_names.name is 'The name as it is written.';
comment on column private.search_names.start is
'The name from one of its words on, in lower case, without accents and punctuation.';
comment on column private.search_names.is_whole is 'Whether that is its first word.';
comment on column private.search_names.popularity is 'The document''s; orders suggestions.';

create table private.search_words (
    word text collate "C" primary key
);
create index search_words_similar on private.search_words using gin (word extensions.gin_trgm_ops);
comment on table private.search_words is
'Every word that the catalogue''s texts have had, unstemmed: what a misspelt one may have meant.';
comment on column private.search_words.word is 'In lower case, without accents.';

create type private.parsed_search as (
    words text, phrases text [], excluded text, excluded_phrases text [], is_lenient boolean
);
comment on type private.parsed_search is
'What a query asks for: words and phrases, words and phrases that must not be there, and whether OR stood in it.';

create type private.search_term as (lexeme text, idf double precision, is_meant boolean);
comment on type private.search_term is
'A word that a query looks for, what it tells, and whether it is not what was typed but may have been meant.';

create type private.search_match as (
    document integer, score double precision, words real, closeness real, similarity real, tier text
);
comment on type private.search_match is
'A document that matches a query: how well altogether, by words (the best has 1), by name and by meaning; and the '
'tier that it takes to play it.';

create type private.search_filters as (
    kind text, genre text, language text, year_from integer, year_to integer, tier text
);
comment on type private.search_filters is 'What a search is narrowed to; null: not by this.';

create type public.suggestion as (
    suggestion text, kind text, id uuid, title text, year smallint, image text
);
comment on type public.suggestion is 'A title or an author that begins as what was typed, or nearly so.';
