-- What of one item is embedded; no row if it has no overview.
create or replace function private.embedding_text(item_id uuid) returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.* from private.embedding_texts as t where t.item_id = embedding_text.item_id
$$;
comment on function private.embedding_text(uuid) is 'The text of one item that is embedded.';
revoke execute on function private.embedding_text(uuid) from public;
grant execute on function private.embedding_text(uuid) to service_role;
