set lock_timeout = '10s';

-- They return void now, which `create or replace` cannot change.
-- squawk-ignore ban-drop-function
drop function public.leave_kids_mode(text);
-- squawk-ignore ban-drop-function
drop function public.set_account_pin(text, text);
-- squawk-ignore ban-drop-function
drop function private.end_kids_mode(text);
-- squawk-ignore ban-drop-function
drop function private.store_pin(text, text);
-- squawk-ignore ban-drop-function
drop function private.verify_pin(uuid, text);
-- squawk-ignore ban-drop-function
drop function private.set_response_status(integer, text, text, jsonb, integer);

-- Another parameter.
-- squawk-ignore ban-drop-function
drop function private.restore_hidden_files(integer);

alter table private.files_to_remove add column tried_at timestamptz;
comment on column private.files_to_remove.tried_at is 'When Storage was last called to delete the file.';
