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
            and value !~ (
                '[\u0300-\u036f\u0483-\u0489\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff'
                '\u20d0-\u20ff\ufe20-\ufe2f]{4}'
            )
            and value !~ '^\s*[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]'
            and regexp_replace(
                regexp_replace(
                    regexp_replace(
                        value,
                        -- A flag's tag sequence; a variation selector after an emoji or keycap, or after an ideograph.
                        '\U0001f3f4[\U000e0030-\U000e007a]{1,8}\U000e007f'
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
                '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
                '\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff'
                '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]'
            )
    end
$$;
comment on function private.is_plain_text(text, integer) is
'Whether this is a readable text of 1 to `most` characters.';
revoke execute on function private.is_plain_text(text, integer) from public;
grant execute on function private.is_plain_text(text, integer) to anon, authenticated, service_role;
