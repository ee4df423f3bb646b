-- Helper. Reduces a name to its visual form, ignoring differences of look-alike letters of other scripts, full-width
-- and mathematical letters, accents, case, digits used as letters, and separators. Two names with the same skeleton can
-- be mistaken for each other (after Unicode Technical Standard 39, limited to characters that commonly imitate names).
create or replace function private.confusable_form(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            lower(
                translate(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g'),
                    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags,
                    -- digits and signs; i, I, 1 and l become l.
                    'АВЕКМНОРСТУХІЈЅИПГаевкмнорстухіјѕипгԁԛԝүһӏ'
                    || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΙαβεηικνορτυχγσω'
                    || 'օոսհɑıłøđðɡᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
                    || 'ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃɗɓƒɱɩɲɽʂƭʋʐɛᗅᗷᗞᑕ'
                    || 'ɅΛλ'
                    || '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉🇦🇧🇨🇩🇪🇫🇬🇭'
                    || '🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿'
                    || '01345789@$!¡|iI',
                    'ABEKMHOPCTYXIJSNNRaebkmhopctyxijsnnrdqwyhl'
                    || 'ABEZHIKMNOPTYXIabenikvoptuxyow'
                    || 'onuhailoddgabcdefghijklmnoprstuvwyz'
                    || 'BPDTGKJCZFMNLSRVHWXYAElOUABCDEGHlJKLMPRSTVWZdbfmlnrstvzeABDC'
                    || 'AAa'
                    || 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH'
                    || 'IJKLMNOPQRSTUVWXYZ'
                    || 'oleastbgasllllL'
                )
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
