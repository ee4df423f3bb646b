-- Helper. Returns the text search configuration (in schema private) for an ISO 639 language code; simple, which does
-- not stem, if Postgres has no stemmer for the language.
create or replace function private.stemmer_for(language text) returns text
language sql immutable set search_path = ''
as $$
    select coalesce(
        '{
            "en": "english", "fr": "french", "de": "german", "es": "spanish", "it": "italian", "pt": "portuguese",
            "ru": "russian", "hi": "hindi", "ta": "tamil", "nl": "dutch", "da": "danish", "no": "norwegian",
            "nb": "norwegian", "sv": "swedish", "tr": "turkish", "ar": "arabic"
        }'::jsonb ->> language,
        'simple'
    )
$$;
comment on function private.stemmer_for(text) is 'Returns the text search configuration for a language.';
revoke execute on function private.stemmer_for(text) from public;
grant execute on function private.stemmer_for(text) to anon, authenticated, service_role;
