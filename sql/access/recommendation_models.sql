-- Everyone without an age limit reads models: they contain no personal data, but list items of any rating.
alter table public.recommendation_models enable row level security;
revoke all on public.recommendation_models from anon, authenticated;
grant select on public.recommendation_models to anon, authenticated;
grant all on public.recommendation_models to service_role;

drop policy if exists recommendation_models_select_everybody on public.recommendation_models;
create policy recommendation_models_select_everybody on public.recommendation_models
for select to anon, authenticated
using (not (select private.has_age_limit()));
comment on policy recommendation_models_select_everybody on public.recommendation_models is
'Everyone without an age limit reads models.';
