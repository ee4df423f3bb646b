-- People and their credits, keywords, translations, alternative titles, certificates and countries of the catalogue.

-- The constraints hold for all rows: the columns are new.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid

set lock_timeout = '10s';
set check_function_bodies = off;

create table public.people (
    id uuid primary key default gen_random_uuid(),
    tmdb_id bigint,
    imdb_id text,
    name text not null,
    also_known_as text[] not null default '{}',
    profile_path text,
    popularity real not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint people_tmdb_id_key unique (tmdb_id),
    constraint people_imdb_id_length check (length(imdb_id) <= 20),
    constraint people_name_length check (length(btrim(name)) between 1 and 200),
    constraint people_names_length check (
        cardinality(also_known_as) <= 100 and length(array_to_string(also_known_as, ',')) <= 5000
    ),
    constraint people_path_length check (length(profile_path) <= 500),
    constraint people_popularity_not_negative check (popularity >= 0)
);
alter table public.people enable row level security;
comment on table public.people is 'People who made films and shows or appear in them; none of them is a user.';
comment on column public.people.id is 'The id that clients use.';
comment on column public.people.tmdb_id is 'The id at The Movie Database; null: unknown.';
comment on column public.people.imdb_id is 'The id at IMDb, such as nm0939182; null: unknown.';
comment on column public.people.name is 'The name as commonly credited, in Latin letters.';
comment on column public.people.also_known_as is 'Other names and spellings, also in other scripts.';
comment on column public.people.profile_path is 'Path of a portrait at the data source; null: none.';
comment on column public.people.popularity is 'Popularity stated by the data source; 0: none stated.';
comment on column public.people.created_at is 'When the row was inserted.';
comment on column public.people.updated_at is 'When the row last changed.';

create table public.credit_jobs (
    name text primary key,
    position smallint not null unique,
    description text not null
);
alter table public.credit_jobs enable row level security;
comment on table public.credit_jobs is 'Lookup table: the jobs that people are credited with.';
comment on column public.credit_jobs.name is 'The job as credits.job has it.';
comment on column public.credit_jobs.position is 'The order in which an item''s page shows the jobs.';
comment on column public.credit_jobs.description is 'The job in a sentence.';
insert into public.credit_jobs (name, position, description) values
('director', 1, 'Directed the film or an episode.'),
('creator', 2, 'Created the series.'),
('actor', 3, 'Appears in it, or lends a figure the voice.'),
('writer', 4, 'Wrote the screenplay or the story.'),
('producer', 5, 'Produced it.'),
('composer', 6, 'Composed the music.'),
('cinematographer', 7, 'Was in charge of the camera.'),
('editor', 8, 'Edited the pictures.');

create table public.credits (
    item_id uuid not null references public.items (id) on delete cascade,
    person_id uuid not null references public.people (id) on delete cascade,
    job text not null,
    position smallint not null,
    character_name text,
    constraint credits_pkey primary key (item_id, job, person_id),
    constraint credits_job_known foreign key (job) references public.credit_jobs (name),
    constraint credits_position_positive check (position > 0),
    constraint credits_character_length check (length(character_name) <= 500)
);
create index credits_person on public.credits (person_id, job);
alter table public.credits enable row level security;
comment on table public.credits is 'Who did what in which item, one row per item, job and person.';
comment on column public.credits.item_id is 'The item.';
comment on column public.credits.person_id is 'The person.';
comment on column public.credits.job is 'What the person did; a row of credit_jobs.';
comment on column public.credits.position is 'Order of billing within the job, 1 first.';
comment on column public.credits.character_name is 'The figure that an actor plays; null: unknown or another job.';

create table public.item_keywords (
    item_id uuid not null references public.items (id) on delete cascade,
    keyword text not null,
    constraint item_keywords_pkey primary key (item_id, keyword),
    constraint item_keywords_form check (keyword = lower(btrim(keyword)) and length(keyword) between 1 and 100)
);
create index item_keywords_keyword on public.item_keywords (keyword, item_id);
alter table public.item_keywords enable row level security;
comment on table public.item_keywords is
'Keywords of items, one row per item and keyword: themes, settings, moods and forms, chosen by the data source.';
comment on column public.item_keywords.item_id is 'The item.';
comment on column public.item_keywords.keyword is 'One or a few words in lower case, such as road movie.';

create table public.content_translations (
    content_id uuid not null references public.content (id) on delete cascade,
    language text not null,
    title text,
    overview text,
    is_machine_made boolean not null default false,
    constraint content_translations_pkey primary key (content_id, language),
    constraint content_translations_language_code check (language ~ '^[a-z]{2,3}$'),
    constraint content_translations_holds_text check (num_nonnulls(title, overview) > 0),
    constraint content_translations_title_length check (length(btrim(title)) between 1 and 500),
    constraint content_translations_overview_length check (length(overview) <= 10000)
);
alter table public.content_translations enable row level security;
comment on table public.content_translations is
'Titles and overviews of content in other languages than the catalogue''s main one, one row per content and language.';
comment on column public.content_translations.content_id is 'The film, show or sports event.';
comment on column public.content_translations.language is 'ISO 639 code of the texts'' language; cn is Cantonese.';
comment on column public.content_translations.title is 'The title in this language; null: none.';
comment on column public.content_translations.overview is 'The overview in this language; null: none.';
comment on column public.content_translations.is_machine_made is 'Whether a machine translated the texts.';

create table public.alternative_titles (
    content_id uuid not null references public.content (id) on delete cascade,
    title text not null,
    kind text not null,
    constraint alternative_titles_pkey primary key (content_id, title),
    constraint alternative_titles_title_length check (length(btrim(title)) between 1 and 500),
    constraint alternative_titles_kind_known check (kind in ('transliteration', 'alternative'))
);
alter table public.alternative_titles enable row level security;
comment on table public.alternative_titles is
'Titles by which content is also known, beside content.title and content.original_title.';
comment on column public.alternative_titles.content_id is 'The film, show or sports event.';
comment on column public.alternative_titles.title is 'The title.';
comment on column public.alternative_titles.kind is
'transliteration: the original title in Latin letters; alternative: any other title.';

alter table public.maturity_ratings
drop constraint maturity_ratings_age_once,
add column country text,
add constraint maturity_ratings_country_code check (country ~ '^[A-Z]{2}$');
comment on column public.maturity_ratings.system is
'Who assigns it: MPA (United States), BBFC (United Kingdom), CBFC (India), CNC (France), EIRIN (Japan), FSK (Germany) or KMRB (South Korea).';
comment on column public.maturity_ratings.country is
'ISO 3166 code of the country whose certificate it is; null: of no country.';
update public.maturity_ratings set country = 'US' where system = 'MPA';
insert into public.maturity_ratings (name, system, country, minimum_age, description) values
('BBFC U', 'BBFC', 'GB', 0, 'For all ages.'),
('BBFC PG', 'BBFC', 'GB', 8, 'For all, with scenes that may not suit young children.'),
('BBFC 12A', 'BBFC', 'GB', 12, 'In cinemas from 12, younger with an adult.'),
('BBFC 12', 'BBFC', 'GB', 12, 'From 12.'),
('BBFC 15', 'BBFC', 'GB', 15, 'From 15.'),
('BBFC 18', 'BBFC', 'GB', 18, 'For adults.'),
('CBFC U', 'CBFC', 'IN', 0, 'For all ages.'),
('CBFC UA', 'CBFC', 'IN', 12, 'Under 12 only with an adult.'),
('CBFC A', 'CBFC', 'IN', 18, 'For adults.'),
('CNC U', 'CNC', 'FR', 0, 'For all ages.'),
('CNC 12', 'CNC', 'FR', 12, 'From 12.'),
('CNC 16', 'CNC', 'FR', 16, 'From 16.'),
('CNC 18', 'CNC', 'FR', 18, 'For adults.'),
('EIRIN G', 'EIRIN', 'JP', 0, 'For all ages.'),
('EIRIN PG12', 'EIRIN', 'JP', 12, 'Under 12 with an adult''s guidance.'),
('EIRIN R15+', 'EIRIN', 'JP', 15, 'From 15.'),
('EIRIN R18+', 'EIRIN', 'JP', 18, 'For adults.'),
('FSK 0', 'FSK', 'DE', 0, 'For all ages.'),
('FSK 6', 'FSK', 'DE', 6, 'From 6.'),
('FSK 12', 'FSK', 'DE', 12, 'From 12.'),
('FSK 16', 'FSK', 'DE', 16, 'From 16.'),
('FSK 18', 'FSK', 'DE', 18, 'For adults.'),
('KMRB ALL', 'KMRB', 'KR', 0, 'For all ages.'),
('KMRB 12', 'KMRB', 'KR', 12, 'From 12, younger with an adult.'),
('KMRB 15', 'KMRB', 'KR', 15, 'From 15, younger with an adult.'),
('KMRB 18', 'KMRB', 'KR', 18, 'For adults.');

create table public.content_certificates (
    content_id uuid not null references public.content (id) on delete cascade,
    country text not null,
    maturity_rating text not null,
    constraint content_certificates_pkey primary key (content_id, country),
    constraint content_certificates_country_code check (country ~ '^[A-Z]{2}$'),
    constraint content_certificates_maturity_known
    foreign key (maturity_rating) references public.maturity_ratings (name)
);
alter table public.content_certificates enable row level security;
comment on table public.content_certificates is
'Certificates of content, one row per content and country. content.maturity_rating is the one that age limits use.';
comment on column public.content_certificates.content_id is 'The film, show or sports event.';
comment on column public.content_certificates.country is 'ISO 3166 code of the country that the certificate is valid in.';
comment on column public.content_certificates.maturity_rating is 'The certificate; a row of maturity_ratings.';

alter table public.content
add column countries text[] not null default '{}',
add constraint content_countries_codes check (
    cardinality(countries) <= 50
    and array_position(countries, null) is null
    and array_to_string(countries, ' ') ~ '^([A-Z]{2}( [A-Z]{2})*)?$'
);
comment on column public.content.countries is
'ISO 3166 codes of the countries of production, the main one first; SU is the Soviet Union.';
comment on column public.content.maturity_rating is
'The rating that age limits use, a row of maturity_ratings: the MPA''s if it is known, else that of the country of origin; null: unrated, hidden from kids profiles.';

insert into private.data_inventory (schema_name, table_name, holds, is_personal, on_erasure) values
('public', 'people', 'Names of people credited in films and shows, as published; no users.', false, 'none'),
('public', 'credit_jobs', 'The jobs that people are credited with.', false, 'none'),
('public', 'credits', 'Who did what in which item, as published.', false, 'none'),
('public', 'item_keywords', 'Keywords of items.', false, 'none'),
('public', 'content_translations', 'Titles and overviews in other languages.', false, 'none'),
('public', 'alternative_titles', 'Other titles of content.', false, 'none'),
('public', 'content_certificates', 'Certificates of content by country.', false, 'none');

comment on column private.search_documents.popularity is
'The popularity that the data source states, or computed from ratings and trends (private.item_popularity); orders matches with equal rank.';

-- source: sql/private/catalog/items/is_person_credited.sql
-- Policy predicate. Returns whether the person has a credit in an item that exists for the acting profile. Never
-- raises.
-- Definer: with row level security the policies of credits and items would evaluate the age rule again for each row.
create or replace function private.is_person_credited(person_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select
        from public.credits as c
        join public.items as i on i.id = c.item_id
        where c.person_id = is_person_credited.person_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.is_person_credited(uuid) is
'Whether the person has a credit in an item that exists for the acting profile.';
revoke execute on function private.is_person_credited(uuid) from public;
grant execute on function private.is_person_credited(uuid) to anon, authenticated, service_role;

-- source: sql/private/search/index/index_items.sql
-- Helper. Writes the search documents of items from the catalogue, and the postings and names of those whose texts
-- changed. Each item is looked up by its id, however many there are: while tables are being filled, the planner lacks
-- the statistics to choose a plan.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_sources private.search_sources[];
    v_fresh private.search_sources[];
begin
    -- A concurrent change to another table of the same item waits for this lock, and then reads both changes.
    perform from public.items as i where i.id = any(item_ids) order by i.id for no key update;

    select array_agg(row(s.*)::private.search_sources order by s.item_id) into v_sources
    from unnest(item_ids) as u (item_id)
    cross join lateral (
        select c.*
        from private.search_sources as c
        where c.item_id = u.item_id
        offset 0
    ) as s;

    select array_agg(s) into v_fresh
    from unnest(v_sources) as s
    left join private.search_documents as d on d.item_id = s.item_id
    where d.texts_hash is distinct from private.texts_hash(s);

    insert into private.search_documents as d (
        item_id, kind, language, year, genres, popularity, stemmer, texts_hash
    )
    select
        s.item_id, s.kind, s.language, s.year, s.genres, private.item_popularity(s.item_id, s.popularity),
        private.stemmer_of(s.language, concat_ws('. ', s.title, s.subtitle, s.overview)), private.texts_hash(s)
    from unnest(v_sources) as s
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
        (excluded.language, excluded.year, excluded.genres, excluded.popularity, excluded.texts_hash);

    update private.search_names as n set popularity = d.popularity
    from private.search_documents as d
    where d.item_id = any(item_ids) and n.document = d.document and n.popularity <> d.popularity;

    if v_fresh is not null then
        perform private.index_words(v_fresh), private.index_names(v_fresh);
    end if;
end
$$;
comment on function private.index_items(uuid[]) is 'Writes the search documents of items from the catalogue.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;

-- source: sql/private/search/index/item_popularity.sql
-- Helper. Returns the popularity that orders suggestions and matches of equal rank: the one that the data source
-- states, or if it states none, the published sum of ratings plus five times the trend in the world, so that a rating
-- of 5 adds another 5 that halve each week. All of these are published figures: popularity reveals no single rating.
create or replace function private.item_popularity(item_id uuid, stated real) returns real
language sql stable set search_path = ''
as $$
    select case
        when item_popularity.stated > 0 then item_popularity.stated
        else (
            coalesce((select s.rating_sum from public.item_stats as s where s.item_id = item_popularity.item_id), 0)
            + 5 * coalesce(
                (
                    select power(2::double precision, greatest(least(t.trend - private.trend_of(1, now()), 60), -60))
                    from public.item_trends as t
                    where t.item_id = item_popularity.item_id and t.country = '001'
                ), 0
            )
        )::real
    end
$$;
comment on function private.item_popularity(uuid, real) is
'Returns an item''s popularity: that of the data source, else computed from ratings and trends.';
revoke execute on function private.item_popularity(uuid, real) from public;
grant execute on function private.item_popularity(uuid, real) to service_role;

-- source: sql/private/search/index/refresh_popularity.sql
-- Worker. Updates the popularity of up to `batch` search documents and their names where ratings and trends changed it
-- by more than 5 %; returns their number. Smaller changes wait, because trends fall all the time. Each call is one
-- transaction: call it until it returns 0. It locks items in the order of private.index_items, which writes the same
-- rows.
create or replace function private.refresh_popularity(batch integer default 1000) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_items uuid[];
begin
    select array_agg(c.item_id) into v_items
    from (
        select d.item_id
        from private.search_documents as d
        join public.catalog_items as i on i.id = d.item_id
        cross join lateral private.item_popularity(d.item_id, i.popularity) as p
        where abs(p - d.popularity) > 0.05 * d.popularity
        order by d.item_id
        limit refresh_popularity.batch
    ) as c;
    perform from public.items as i where i.id = any(v_items) order by i.id for no key update;

    update private.search_documents as d set popularity = private.item_popularity(d.item_id, i.popularity)
    from public.catalog_items as i
    where d.item_id = any(v_items) and i.id = d.item_id;
    update private.search_names as n set popularity = d.popularity
    from private.search_documents as d
    where d.item_id = any(v_items) and n.document = d.document;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.refresh_popularity(integer) is
'Updates the popularity in the search index from ratings and trends; returns how many documents changed.';
revoke execute on function private.refresh_popularity(integer) from public;

-- source: sql/triggers/content.sql
-- Content: triggers refuse an unknown maturity rating, create, update and delete the row of items, set updated_at,
-- enqueue an embedding when the text changes, and update the search index.
create or replace trigger create_item
before insert on public.content
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.content
for each row execute function private.create_item();

create or replace trigger touch
before update on public.content
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger refuse_maturity_rating
before insert or update on public.content
for each row when (not private.is_maturity_rating(new.maturity_rating))
execute function private.refuse_value(
    'content_maturity_known', 'maturity_rating',
    'maturity_rating must be a name of maturity_ratings, such as PG-13 or FSK 12'
);

-- source: sql/triggers/people.sql
-- People: updated_at follows each change.
create or replace trigger touch
before update on public.people
for each row execute function private.touch();

-- source: sql/triggers/profiles.sql
-- Profiles: an account has at least one, at most its tier's limit, and one default; each has a rater, and its ratings
-- remain under a new pseudonym when it is deleted; a kids profile changes only its own harmless fields; the published
-- picture follows avatar_path; invalid values are refused with a sentence.
create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

create or replace trigger guard_profile
before insert or update or delete on public.profiles
for each row execute function private.guard_profile();

create or replace trigger limit_profiles
before insert on public.profiles
for each row execute function private.limit_profiles();

create or replace trigger create_rater
after insert on public.profiles
for each row execute function private.create_rater();

create or replace trigger lock_own_account
before delete on public.profiles
for each statement execute function private.lock_own_account();

create or replace trigger keep_last_profile
before delete on public.profiles
for each row execute function private.guard_last_profile();

create or replace trigger replace_default_profile
after delete on public.profiles
for each row when (old.is_default) execute function private.replace_default_profile();

create or replace trigger unname_ratings
before delete on public.profiles
for each row execute function private.pseudonymise_ratings();

create or replace trigger end_kids_sessions
before delete on public.profiles
for each row execute function private.end_kids_sessions();

create or replace trigger forget_age_rule
after insert or update or delete on public.profiles
for each statement execute function private.reset_age_rule();

create or replace trigger hold_rows
before insert or update or delete on public.profiles
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.profiles referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.profiles referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger enqueue_portraits
after insert or update of avatar_path on public.profiles
for each row when (new.avatar_path is not null or new.portrait_path is not null)
execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits_without
after delete on public.profiles
for each row when (old.portrait_path is not null) execute function private.enqueue_portraits();

create or replace trigger refuse_name
before insert or update on public.profiles
for each row when (not private.is_plain_text(new.name, 100))
execute function private.refuse_value(
    'profiles_name_plain', 'name',
    'name must have 1 to 100 characters, at least one visible, no invisible ones and no direction marks'
);

create or replace trigger refuse_avatar_path
before insert or update on public.profiles
for each row when (not private.is_own_path(new.avatar_path, new.account_id))
execute function private.refuse_value(
    'profiles_avatar_path_own', 'avatar_path',
    'avatar_path must be a path of up to 300 characters in the folder named by your user id, such as <id>/me.png'
);

create or replace trigger refuse_maturity_rating
before insert or update on public.profiles
for each row when (not private.is_maturity_rating(new.maturity_rating))
execute function private.refuse_value(
    'profiles_maturity_known', 'maturity_rating',
    'maturity_rating must be a name of maturity_ratings, such as PG-13 or FSK 12'
);

create or replace trigger refuse_language_preference
before insert or update on public.profiles
for each row when (new.language_preference !~ '^[a-z]{2,3}$')
execute function private.refuse_value(
    'profiles_language_code', 'language_preference',
    'language_preference must be two or three lower-case letters (ISO 639), such as en'
);

create or replace trigger refuse_learning_languages
before insert or update on public.profiles
for each row when (not private.are_language_codes(new.learning_languages))
execute function private.refuse_value(
    'profiles_learning_languages_codes', 'learning_languages',
    'learning_languages must be a list of up to 20 codes of two or three lower-case letters (ISO 639)'
);

create or replace trigger refuse_preferences
before insert or update on public.profiles
for each row when (not private.is_small_json(new.preferences, 16000))
execute function private.refuse_value(
    'profiles_preferences_small', 'preferences',
    'preferences must be a JSON object of up to 16,000 bytes and 8 levels'
);

-- source: sql/access/alternative_titles.sql
-- Everyone reads other titles of content that exists for the acting profile.
alter table public.alternative_titles enable row level security;
revoke all on public.alternative_titles from anon, authenticated;
grant select on public.alternative_titles to anon, authenticated;
grant all on public.alternative_titles to service_role;

drop policy if exists alternative_titles_select_everybody on public.alternative_titles;
create policy alternative_titles_select_everybody on public.alternative_titles
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(content_id));
comment on policy alternative_titles_select_everybody on public.alternative_titles is
'Everyone reads other titles of content that exists for the acting profile.';

-- source: sql/access/content_certificates.sql
-- Everyone reads certificates of content that exists for the acting profile.
alter table public.content_certificates enable row level security;
revoke all on public.content_certificates from anon, authenticated;
grant select on public.content_certificates to anon, authenticated;
grant all on public.content_certificates to service_role;

drop policy if exists content_certificates_select_everybody on public.content_certificates;
create policy content_certificates_select_everybody on public.content_certificates
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(content_id));
comment on policy content_certificates_select_everybody on public.content_certificates is
'Everyone reads certificates of content that exists for the acting profile.';

-- source: sql/access/content_translations.sql
-- Everyone reads translations of content that exists for the acting profile.
alter table public.content_translations enable row level security;
revoke all on public.content_translations from anon, authenticated;
grant select on public.content_translations to anon, authenticated;
grant all on public.content_translations to service_role;

drop policy if exists content_translations_select_everybody on public.content_translations;
create policy content_translations_select_everybody on public.content_translations
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(content_id));
comment on policy content_translations_select_everybody on public.content_translations is
'Everyone reads translations of content that exists for the acting profile.';

-- source: sql/access/credit_jobs.sql
-- Everyone reads the jobs of credits; migrations alone change its rows.
alter table public.credit_jobs enable row level security;
revoke all on public.credit_jobs from anon, authenticated, service_role;
grant select on public.credit_jobs to anon, authenticated, service_role;

drop policy if exists credit_jobs_select_all on public.credit_jobs;
create policy credit_jobs_select_all on public.credit_jobs
for select to anon, authenticated
using (true);
comment on policy credit_jobs_select_all on public.credit_jobs is 'Everyone reads the jobs of credits.';

-- source: sql/access/credits.sql
-- Everyone reads the credits of items that exist for the acting profile.
alter table public.credits enable row level security;
revoke all on public.credits from anon, authenticated;
grant select on public.credits to anon, authenticated;
grant all on public.credits to service_role;

drop policy if exists credits_select_everybody on public.credits;
create policy credits_select_everybody on public.credits
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy credits_select_everybody on public.credits is
'Everyone reads the credits of items that exist for the acting profile.';

-- source: sql/access/item_keywords.sql
-- Everyone reads the keywords of items that exist for the acting profile.
alter table public.item_keywords enable row level security;
revoke all on public.item_keywords from anon, authenticated;
grant select on public.item_keywords to anon, authenticated;
grant all on public.item_keywords to service_role;

drop policy if exists item_keywords_select_everybody on public.item_keywords;
create policy item_keywords_select_everybody on public.item_keywords
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_keywords_select_everybody on public.item_keywords is
'Everyone reads the keywords of items that exist for the acting profile.';

-- source: sql/access/people.sql
-- Everyone reads people; a profile with an age limit, those credited in an item that exists for it.
alter table public.people enable row level security;
revoke all on public.people from anon, authenticated;
grant select on public.people to anon, authenticated;
grant all on public.people to service_role;

drop policy if exists people_select_everybody on public.people;
create policy people_select_everybody on public.people
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.is_person_credited(id));
comment on policy people_select_everybody on public.people is
'Everyone reads people; a profile with an age limit, those credited in an item that exists for it.';
