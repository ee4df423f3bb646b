-- Put a job into the queue; a second one with the same key does nothing while the first still waits.
-- Definer: nobody but the workers may touch the queue's tables. Its path is the queue's, whose own trigger
-- functions use unqualified names.
create or replace function private.enqueue(queue text, task text, args jsonb, key text default null) returns void
language sql security definer set search_path = procrastinate
as $$
    insert into procrastinate_jobs (queue_name, task_name, args, queueing_lock)
    values (queue, task, args, key)
    on conflict (queueing_lock) where status = 'todo' do nothing
$$;
comment on function private.enqueue(text, text, jsonb, text) is
'Put a job into the queue, once per key while it waits.';
revoke execute on function private.enqueue(text, text, jsonb, text) from public;
