-- Helper. Reduces a name to its visual form, ignoring differences of look-alike letters of other scripts, full-width
-- and mathematical letters, accents, case, digits used as letters, and separators. Two names with the same skeleton can
-- be mistaken for each other (after Unicode Technical Standard 39, limited to characters that commonly imitate names).
-- Letters are replaced before and after lower(): some imitate a letter only as a capital, and the small form of others
-- is the one that imitates.
create or replace function private.confusable_form(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            private.as_latin_letters(
                lower(private.as_latin_letters(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g')
                ))
            ),
            '[^[:alnum:]]+', '', 'g'
        ),
        'rn', 'm'
    ),
    'i', 'l'
);
comment on function private.confusable_form(text) is
'The visual form of a name: names with equal skeletons look alike.';
revoke execute on function private.confusable_form(text) from public;
grant execute on function private.confusable_form(text) to anon, authenticated, service_role;
