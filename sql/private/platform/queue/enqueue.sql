-- Helper. Adds a job to the queue. Does nothing if a job with the same key is waiting.
-- Definer: only workers have privileges on the queue's tables. The search path is the queue's, because the queue's own
-- trigger functions use unqualified names.
create or replace function private.enqueue(queue text, task text, args jsonb, key text default null) returns void
language sql security definer set search_path = procrastinate
as $$
    insert into procrastinate_jobs (queue_name, task_name, args, queueing_lock)
    values (queue, task, args, key)
    on conflict (queueing_lock) where status = 'todo' do nothing
$$;
comment on function private.enqueue(text, text, jsonb, text) is
'Add a job to the queue, unless one with the same key is waiting.';
revoke execute on function private.enqueue(text, text, jsonb, text) from public;
