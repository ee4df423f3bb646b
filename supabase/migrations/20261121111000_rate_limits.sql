-- Who may ask how often, and what has been asked.

set lock_timeout = '10s';

create table private.rate_limits (
    role text not null,
    scope text not null,
    requests integer not null,
    window_seconds integer not null,
    primary key (role, scope),
    constraint rate_limits_scope check (scope in ('read', 'write')),
    constraint rate_limits_requests check (requests between 1 and 1000),
    constraint rate_limits_window check (window_seconds between 1 and 3600)
);
alter table private.rate_limits enable row level security;
comment on table private.rate_limits is
'How many requests a caller may make in any window of so many seconds. A role without a row is not limited.';
comment on column private.rate_limits.role is 'The role of the database that the request runs as.';
comment on column private.rate_limits.scope is
'read: GET, HEAD and calls of functions that do not write, counted where requests enter; write: all others, '
'counted by private.count_request.';
comment on column private.rate_limits.requests is 'How many, a user; for anon, an address.';
comment on column private.rate_limits.window_seconds is 'The length of the window, which slides.';

insert into private.rate_limits (role, scope, requests, window_seconds)
values
('anon', 'read', 100, 60),
('anon', 'write', 100, 60),
('authenticated', 'read', 100, 60),
('authenticated', 'write', 100, 60);

-- Unlogged: after a crash all callers begin anew. Half-filled pages, so that a slot taken again stays on its page.
create unlogged table private.rate_slots (
    caller text not null,
    slot integer not null,
    taken_at timestamptz not null,
    primary key (caller, slot)
) with (fillfactor = 50);
alter table private.rate_slots enable row level security;
comment on table private.rate_slots is
'The writes of the last window: each took one of its caller''s slots. Those older than an hour are deleted.';
comment on column private.rate_slots.caller is 'The user, or for anon the address; of an IPv6 address its network.';
comment on column private.rate_slots.slot is 'From 1 to the requests of the caller''s limit.';
comment on column private.rate_slots.taken_at is 'When; it is free again a window later.';
