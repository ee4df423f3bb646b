-- What channels are tried with: letters, seen by their readers; topics that belong to those whose ids are in their
-- names, and halls, where only signed-in users listen and broadcast.
drop table if exists public.realtime_letters;
create table public.realtime_letters (
    id text primary key,
    n bigint,
    readers uuid [] not null default array[auth.uid()],
    text text,
    more jsonb,
    done boolean
);
alter table public.realtime_letters enable row level security;
grant select, insert, update, delete on public.realtime_letters to authenticated, service_role;
create policy realtime_letters_readers on public.realtime_letters to authenticated
using ((select auth.uid()) = any (readers)) with check ((select auth.uid()) = any (readers));
alter publication supabase_realtime add table public.realtime_letters;

create policy realtime_listeners on realtime.messages for select to authenticated using (
    realtime.topic() like 'hall %'
    or (select auth.uid())::text = any (string_to_array(realtime.topic(), ' '))
);
create policy realtime_speakers on realtime.messages for insert to authenticated with check (
    (select auth.uid())::text = any (string_to_array(realtime.topic(), ' '))
);

create or replace function public.realtime_tell(topic text, event text, payload jsonb) returns void
language sql security definer set search_path = '' as 'select realtime.send(payload, event, topic, true)';
grant execute on function public.realtime_tell to authenticated;

notify pgrst, 'reload schema';
