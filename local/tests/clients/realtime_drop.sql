-- Nothing of realtime_schema.sql is left.
drop function public.realtime_tell;
drop policy realtime_listeners on realtime.messages;
drop policy realtime_speakers on realtime.messages;
drop table public.realtime_letters;

notify pgrst, 'reload schema';
