-- accounts and profiles tell when they changed; a profile that goes leaves its ratings, unnamed.
create or replace trigger touch
before update on public.accounts
for each row execute function private.touch();

create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

create or replace trigger unname_ratings
before delete on public.profiles
for each row execute function private.unname_ratings();
