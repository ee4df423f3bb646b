-- Everyone reads the vectors of items that exist for the acting profile: searches run as their caller, and the texts
-- are public.
alter table public.item_embeddings enable row level security;
revoke all on public.item_embeddings from anon, authenticated;
grant select on public.item_embeddings to anon, authenticated;
grant all on public.item_embeddings to service_role;

drop policy if exists item_embeddings_select_everybody on public.item_embeddings;
create policy item_embeddings_select_everybody on public.item_embeddings
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_embeddings_select_everybody on public.item_embeddings is
'Everyone reads the embeddings of items that exist for the acting profile.';
