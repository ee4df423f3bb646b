-- TODO: who reads and who writes $table.
alter table public.$table enable row level security;
revoke all on public.$table from anon, authenticated, service_role;
grant select, insert (title), delete on public.$table to authenticated;
grant select, insert, update, delete on public.$table to service_role;

drop policy if exists ${table}_select_own on public.$table;
create policy ${table}_select_own on public.$table
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy ${table}_select_own on public.$table is 'A user reads the rows of the own account.';

drop policy if exists ${table}_insert_own on public.$table;
create policy ${table}_insert_own on public.$table
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy ${table}_insert_own on public.$table is 'A user adds rows to the own account.';

drop policy if exists ${table}_delete_own on public.$table;
create policy ${table}_delete_own on public.$table
for delete to authenticated
using (account_id = (select auth.uid()));
comment on policy ${table}_delete_own on public.$table is 'A user deletes rows of the own account.';
