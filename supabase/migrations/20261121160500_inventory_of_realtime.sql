-- What Realtime keeps of people, in the record of what is kept.

insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, on_erasure, retention, retention_column
)
values (
    'realtime', 'messages',
    'Messages that functions and triggers sent to channels. Nothing says whose they are: they are in no export, and go '
    'by age alone, which Realtime sees to.',
    true, 'To deliver them, and again to who was away.', 'delete', '3 days', 'inserted_at'
);
