-- Worker. Returns the text to embed for one item; no row if the item has no overview or description.
create or replace function private.embedding_text(item_id uuid) returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.* from private.embedding_texts as t where t.item_id = embedding_text.item_id
$$;
comment on function private.embedding_text(uuid) is 'The text to embed for one item.';
revoke execute on function private.embedding_text(uuid) from public;
grant execute on function private.embedding_text(uuid) to service_role;
