-- Helper: a name as the eye takes it: letters of other scripts that look Latin, full-width and mathematical letters,
-- accents, capitals, digits that stand for letters and signs between them make no difference. Two names with one
-- skeleton can be mistaken for each other (after Unicode Technical Standard 39, for the letters that names are
-- imitated with).
create or replace function private.skeleton(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            lower(
                translate(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g'),
                    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags,
                    -- digits and signs; i, I, 1 and l are one.
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
comment on function private.skeleton(text) is 'A name as the eye takes it: names with one skeleton look alike.';
revoke execute on function private.skeleton(text) from public;
grant execute on function private.skeleton(text) to anon, authenticated, service_role;
