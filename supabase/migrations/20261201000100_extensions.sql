-- Extensions in a schema of their own, the schema of helpers, no default rights, and the functions that the
-- checks and indexes of tables call.

set lock_timeout = '10s';

create extension if not exists vector with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists fuzzystrmatch with schema extensions;
create extension if not exists citext with schema extensions;

create schema private;
comment on schema private is
'Helpers and security definer functions. Not exposed by the API; each function writes its own grants.';
grant usage on schema private to anon, authenticated, service_role, supabase_auth_admin;
grant usage on schema private to supabase_storage_admin;

-- The form without a schema is the one that works: it takes away PUBLIC's built-in right.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public revoke execute on functions from anon, authenticated;
alter default privileges in schema public revoke all on tables from service_role;
alter default privileges in schema public revoke all on sequences from service_role;
alter default privileges in schema public revoke execute on functions from service_role;

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/private/identity/profiles/current_rater_id.sql
-- Helper. Returns the acting profile's rater, whose ratings a client reads and writes; null if there is none. Never
-- raises.
-- Definer: the policies of raters and ratings and the default of ratings.rater_id call it, before the caller may read a
-- row.
create or replace function private.current_rater_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select r.id
    from public.raters as r
    where r.profile_id = private.current_profile_id()
$$;
comment on function private.current_rater_id() is 'The acting profile''s rater; null if there is none.';
revoke execute on function private.current_rater_id() from public;
grant execute on function private.current_rater_id() to anon, authenticated, service_role;

-- source: sql/private/platform/queue/ids_of_job.sql
-- Helper. Returns the UUIDs in a job's arguments and locks. An index on it finds the jobs of an account.
create or replace function private.ids_of_job(args jsonb, lock text, queueing_lock text) returns uuid[]
language sql immutable parallel safe set search_path = ''
as $$
    select array(
        select distinct lower(m[1])::uuid
        from pg_catalog.regexp_matches(
            coalesce(args::text, '') || ' ' || coalesce(lock, '') || ' ' || coalesce(queueing_lock, ''),
            '([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})', 'g'
        ) as m
    )
$$;
comment on function private.ids_of_job(jsonb, text, text) is 'The UUIDs in a job''s arguments and locks.';
revoke execute on function private.ids_of_job(jsonb, text, text) from public;

-- source: sql/private/platform/request/current_country.sql
-- Helper. Returns the caller's country: Cloudflare's cf-ipcountry, which a client cannot set, else the account's
-- country; null if both are missing, and for the service. Never raises.
-- Definer: triggers call it for writers that may not read accounts.
create or replace function private.current_country() returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when private.is_service() then null
        when r.header ~ '^[A-Z]{2}$' and r.header <> 'XX' then r.header
        else (select a.country from public.accounts as a where a.id = private.caller_id())
    end
    from (select private.request_header('cf-ipcountry') as header) as r
$$;
comment on function private.current_country() is 'The caller''s country; null if unknown.';
revoke execute on function private.current_country() from public;
grant execute on function private.current_country() to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_plain_text.sql
-- Helper. Returns whether this is a readable text of 1 to `most` characters: at least one visible character; no control
-- characters, invisible characters or direction marks, with which one name can imitate another; no stacked accents.
-- Permitted invisible characters: joiners in scripts that need them and between emoji, variation selectors after emoji
-- and ideographs, tag sequences of flags. Null for null. Used by constraints and triggers of texts that clients write.
create or replace function private.is_plain_text(value text, most integer) returns boolean
language sql immutable parallel safe set search_path = ''
as $$
    select case
        when length(value) > most then false
        else
            value ~ '[^\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]'
            -- Marks above and below a letter: more than three in a row in scripts that need three at most, more than
            -- seven in any.
            and value !~ (
                '[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670'
                '\u06d6-\u06dc\u06df-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0816-\u082d\u0859-\u085b'
                '\u0898-\u089f\u08ca-\u08ff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece\u1ab0-\u1aff'
                '\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\ua69f\ua6f0\ua6f1'
                '\ua8e0-\ua8f1\ufe20-\ufe2f\U0001d165-\U0001d1ad\U0001da00-\U0001daaf\U0001e000-\U0001e02a]{4}'
            )
            and value !~ (
                '[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09e2\u09e3'
                '\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c-\u0b57'
                '\u0b62\u0b63\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3c-\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc-\u0cd6\u0ce2\u0ce3'
                '\u0d00-\u0d03\u0d3b-\u0d4d\u0d62\u0d63\u0d81-\u0d83\u0dca-\u0ddf\u0f18-\u0f39\u0f71-\u0f84\u0f86\u0f87'
                '\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u105e-\u1064\u1071-\u1074\u1082-\u108d\u17b4-\u17d3\u1dc0-\u1dff]{8}'
            )
            and value !~ '^\s*[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]'
            and regexp_replace(
                regexp_replace(
                    regexp_replace(
                        value,
                        -- The flags of England, Scotland and Wales; a variation selector after an emoji, keycap or ideograph.
                        '\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074'
                        '|\U000e0077\U000e006c\U000e0073)\U000e007f'
                        '|([#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]'
                        '|([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe02\U000e0100-\U000e01ef]',
                        '\1\2', 'g'
                    ),
                    -- A joiner between emoji.
                    '([\u2190-\u2bff\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])', '\1', 'g'
                ),
                -- A joiner after a virama, and between letters of scripts whose letters join.
                '([\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2])[\u200c\u200d]'
                '|([\u0620-\u07ff\u08a0-\u0dff\u1000-\u109f\u1780-\u18aa])[\u200c\u200d]'
                '(?=[\u0620-\u07ff\u08a0-\u0dff\u1000-\u109f\u1780-\u18aa])',
                '\1\2', 'g'
            ) !~ (
                '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\ufdd0-\ufdef\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
                '\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff'
                '\U000110bd\U000110cd\U0001107f\U00013430-\U0001345f\U00016fe4\U0001d159\U0001fffe\U0001ffff'
                '\U0002fffe\U0002ffff\U0003fffe-\U000dffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]'
            )
    end
$$;
comment on function private.is_plain_text(text, integer) is
'Whether this is a readable text of 1 to `most` characters.';
revoke execute on function private.is_plain_text(text, integer) from public;
grant execute on function private.is_plain_text(text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/are_language_codes.sql
-- Helper. Returns whether this is a one-dimensional array of up to 20 ISO 639 codes. Null for null.
create or replace function private.are_language_codes(codes text[]) returns boolean
language sql immutable parallel safe
return cardinality(codes) <= 20
and coalesce(array_ndims(codes), 1) = 1
and not exists (
    select
    from unnest(codes) as c (code)
    where c.code is null or c.code !~ '^[a-z]{2,3}$'
);
comment on function private.are_language_codes(text[]) is 'Whether this is an array of up to 20 ISO 639 codes.';
revoke execute on function private.are_language_codes(text[]) from public;
grant execute on function private.are_language_codes(text[]) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_own_path.sql
-- Helper. Returns whether this is the path of a file in the account's own folder, such as 5d3c…/me.png. Each segment
-- contains a letter, a digit or an underscore, so that none is empty, . or ..; no character has a meaning in a URL
-- path. Null for null.
create or replace function private.is_own_path(path text, account_id uuid) returns boolean
language sql immutable parallel safe
return length(path) <= 300
and starts_with(path, account_id::text || '/')
and path ~ '^[0-9a-f-]{36}(/[A-Za-z0-9_.!()''&$@=+, -]*[A-Za-z0-9_][A-Za-z0-9_.!()''&$@=+, -]*)+$';
comment on function private.is_own_path(text, uuid) is 'Whether this is a path in the account''s own folder.';
revoke execute on function private.is_own_path(text, uuid) from public;
grant execute on function private.is_own_path(text, uuid) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_small_json.sql
-- Helper. Returns whether this is a JSON object of at most `most` bytes of text and 8 levels. Null for null.
create or replace function private.is_small_json(value jsonb, most integer) returns boolean
language sql immutable parallel safe
return case
    when value is null then null
    when jsonb_typeof(value) <> 'object' or octet_length(value::text) > most then false
    else not jsonb_path_exists(value, 'strict $.**{9 to last}')
end;
comment on function private.is_small_json(jsonb, integer) is
'Whether this is a JSON object of at most `most` bytes and 8 levels.';
revoke execute on function private.is_small_json(jsonb, integer) from public;
grant execute on function private.is_small_json(jsonb, integer) to anon, authenticated, service_role;
