-- Helper. Returns the joined forms by which a name can be looked up: without spaces, and with and without an article.
create or replace function private.joined_names(name text) returns text[]
language sql immutable set search_path = ''
as $$
    select array_remove(
        array[
            replace(name, ' ', ''),
            case
                when name ~ '^(the|a|an|le|la|les|l|el|los|las|il|der|die|das) .'
                then replace(regexp_replace(name, '^[a-z]+ ', ''), ' ', '')
            end
        ] || case
            when name ~ '^[a-z0-9]' and name <> ''
            then array['the' || replace(name, ' ', ''), 'a' || replace(name, ' ', ''), 'an' || replace(name, ' ', ''),
                'la' || replace(name, ' ', ''), 'le' || replace(name, ' ', ''), 'les' || replace(name, ' ', ''),
                'el' || replace(name, ' ', ''), 'der' || replace(name, ' ', ''), 'die' || replace(name, ' ', ''),
                'das' || replace(name, ' ', ''), 'il' || replace(name, ' ', '')]
        end,
        null
    )
$$;
comment on function private.joined_names(text) is
'Returns the joined forms by which a name can be looked up.';
revoke execute on function private.joined_names(text) from public;
grant execute on function private.joined_names(text) to anon, authenticated, service_role;
