set lock_timeout = '10s';

create table public.$table (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null default private.caller_id() references public.accounts (id) on delete cascade,
    title text not null,
    created_at timestamptz not null default now(),
    constraint ${table}_title_plain check (private.is_plain_text(title, 200))
);
create index ${table}_account on public.$table (account_id, created_at desc);
comment on table public.$table is 'TODO: what a row is.';
comment on column public.$table.id is 'Key.';
comment on column public.$table.account_id is 'The owner.';
comment on column public.$table.title is 'TODO: 1 to 200 characters.';
comment on column public.$table.created_at is 'Time of the insert.';

-- TODO: what is kept, why, and what an erasure does with it; export_my_data finds the rows by the foreign key.
insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure) values
('public', '$table', 'TODO: what it says of a person.', true, 'TODO: why it is kept.', 'delete');
