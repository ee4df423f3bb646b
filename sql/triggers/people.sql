-- People: updated_at follows each change.
create or replace trigger touch
before update on public.people
for each row execute function private.touch();
