-- Users read when their account will be erased; delete_my_account and cancel_account_deletion write the rows.
alter table public.account_deletions enable row level security;
revoke all on public.account_deletions from anon, authenticated;
grant select on public.account_deletions to authenticated;
grant all on public.account_deletions to service_role;

drop policy if exists account_deletions_select_own on public.account_deletions;
create policy account_deletions_select_own on public.account_deletions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy account_deletions_select_own on public.account_deletions is
'Users read when their account will be erased.';
