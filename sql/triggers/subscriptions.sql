-- Subscriptions: updated_at is set.
create or replace trigger touch
before update on public.subscriptions
for each row execute function private.touch();
