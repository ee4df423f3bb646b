-- Vectors of public texts are everybody's to read: searches run as the caller.
alter table public.item_embeddings enable row level security;
revoke all on public.item_embeddings from anon, authenticated;
grant select on public.item_embeddings to anon, authenticated;
grant all on public.item_embeddings to service_role;

drop policy if exists item_embeddings_select_everybody on public.item_embeddings;
create policy item_embeddings_select_everybody on public.item_embeddings
for select to anon, authenticated
using (true);
comment on policy item_embeddings_select_everybody on public.item_embeddings is 'Searches run as the caller.';
