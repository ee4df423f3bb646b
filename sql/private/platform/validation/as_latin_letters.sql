-- Helper. Replaces look-alike letters of other scripts, in circles, squares and flags, digits and signs by the Latin
-- letters that they imitate; i, I, 1 and l become l.
create or replace function private.as_latin_letters(name text) returns text
language sql immutable parallel safe
return translate(
    name,
    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags, digits and signs.
    'АВЕКМНОРСТУХІЈЅИПГаевкмнорстухіјѕипгԁԛԝүһӏ'
    || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΙαβεηικνορτυχγσω'
    || 'օոսհɑıłøđðɡᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
    || 'ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃɗɓƒɱɩɲɽʂƭʋʐɛᗅᗷᗞᑕ'
    || 'ɅΛλՏԼ'
    || '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉🇦🇧🇨🇩🇪🇫🇬🇭'
    || '🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿'
    || '01345789@$!¡|iI',
    'ABEKMHOPCTYXIJSNNRaebkmhopctyxijsnnrdqwyhl'
    || 'ABEZHIKMNOPTYXIabenikvoptuxyow'
    || 'onuhailoddgabcdefghijklmnoprstuvwyz'
    || 'BPDTGKJCZFMNLSRVHWXYAElOUABCDEGHlJKLMPRSTVWZdbfmlnrstvzeABDC'
    || 'AAaSL'
    || 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH'
    || 'IJKLMNOPQRSTUVWXYZ'
    || 'oleastbgasllllL'
);
comment on function private.as_latin_letters(text) is
'The text with look-alike letters replaced by the Latin letters that they imitate.';
revoke execute on function private.as_latin_letters(text) from public;
grant execute on function private.as_latin_letters(text) to anon, authenticated, service_role;
