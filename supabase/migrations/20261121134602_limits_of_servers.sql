-- Limits of what Auth and Storage are asked, in the table of all limits; slots by what is limited.

set lock_timeout = '10s';

-- squawk-ignore ban-drop-constraint
alter table private.rate_limits drop constraint rate_limits_scope;
-- The table has a few rows.
-- squawk-ignore constraint-missing-not-valid
alter table private.rate_limits add constraint rate_limits_scope
check (scope in ('read', 'write', 'storage', 'sign_in', 'password', 'anonymous', 'refresh'));
comment on column private.rate_limits.role is
'The role of the database that the request runs as; anon for whoever is not signed in yet.';
comment on column private.rate_limits.scope is
'read: GET, HEAD and calls of functions that do not write, counted where requests enter; write: all others, counted by '
'private.count_request, and those that fail apart, where requests enter; storage: requests of files; sign_in: signing '
'up and in by password, by address; password: tries of one account''s password; anonymous: users made without an '
'address of mail; refresh: sessions carried on. The last five are counted by private.admit_request.';
comment on column private.rate_limits.requests is
'How many, a user; for anon, an address; of password, an account.';

-- As auth.rate_limit has them in supabase/config.toml, where it has them.
insert into private.rate_limits (role, scope, requests, window_seconds)
values
('anon', 'storage', 300, 60),
('authenticated', 'storage', 300, 60),
('anon', 'sign_in', 30, 300),
('anon', 'password', 10, 600),
('anon', 'anonymous', 30, 3600),
('anon', 'refresh', 150, 300);

-- What it holds is of the last minutes, and the functions that come with this count anew.
-- squawk-ignore ban-drop-table
drop table private.rate_slots;
create unlogged table private.rate_slots (
    caller text collate "C" not null,
    scope text collate "C" not null,
    slot integer not null,
    taken_at timestamptz not null,
    primary key (caller, scope, slot)
) with (fillfactor = 50);
alter table private.rate_slots enable row level security;
comment on table private.rate_slots is
'What was asked of late: each request took one of its caller''s slots. Those older than an hour are deleted.';
comment on column private.rate_slots.caller is
'The user; for anon the address, of an IPv6 address its network; for password a digest of the address of mail.';
comment on column private.rate_slots.scope is 'What is limited, as in rate_limits.';
comment on column private.rate_slots.slot is 'From 1 to the requests of the caller''s limit.';
comment on column private.rate_slots.taken_at is 'When; it is free again a window later.';

create type private.admission as (admitted boolean, requests integer, remaining integer, wait integer);
comment on type private.admission is
'Whether a request is admitted; its caller''s limit, how many more it may make now, and in how many seconds one more.';

grant usage on schema private to supabase_storage_admin;
update private.data_inventory
set holds = 'When a user, somebody at a network address, or who tried an address of mail, asked for something of late.'
where (schema_name, table_name) = ('private', 'rate_slots');
