-- Helper. Returns the English name of a language by its ISO 639 code, for the sentence of a reason; null for a language
-- that is not listed. Clients in other languages translate the reason's code instead.
create or replace function private.language_name(code text) returns text
language sql immutable set search_path = ''
as $$
    select '{
        "ar": "Arabic", "bn": "Bengali", "cn": "Cantonese", "cs": "Czech", "da": "Danish",
        "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
        "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
        "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
        "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese"
    }'::jsonb ->> language_name.code
$$;
comment on function private.language_name(text) is 'The English name of a language; null if it is not listed.';
revoke execute on function private.language_name(text) from public;
grant execute on function private.language_name(text) to anon, authenticated, service_role;
