-- A table of every kind of value, and functions of them, that the REST server is tried with.

create type rest_mood as enum ('fine', 'so, so');
create type rest_pair as ("left" int, "right, side" text);
create domain rest_word as text check (value <> '');
create table rest_values (
    id int primary key,
    "smallint" smallint, "bigint" bigint, "real" real, "double" double precision, "numeric" numeric,
    "money" money, "bool" boolean, "text" text, "char" character(5), "name" name, "bytea" bytea,
    "date" date, "time" time, "timetz" timetz, "timestamp" timestamp, "timestamptz" timestamptz,
    "interval" interval, "uuid" uuid, "json" json, "jsonb" jsonb, "inet" inet, "cidr" cidr,
    "macaddr" macaddr, "bits" bit varying, "point" point, "int4range" int4range,
    "tstzrange" tstzrange, "int4multirange" int4multirange, "ints" int[], "texts" text[],
    "floats" real[], "stamps" timestamptz[], "jsons" jsonb[], "mood" rest_mood,
    "pair" rest_pair, "pairs" rest_pair[], "word" rest_word, "tsvector" tsvector, "xml" xml, "oid" oid
);
create table rest_others (id int primary key references rest_values, at timestamptz, tags text[]);

insert into rest_values values (
    1, -32768, 9223372036854775807, 1.1, 1e300, 12345678901234567890.12345678901234567890,
    '1234.50', true, E'a "b"\\ \n é 😀', 'ab', 'a name', '\x00ff41',
    '2026-02-28', '23:59:59.999999', '12:00:00+05:30', '2026-01-02 03:04:05.678', '2026-01-02 03:04:05.6+00',
    '1 year 2 mons -3 days 04:05:06.7', '00000000-0000-4000-8000-000000000001',
    '{"b": 1.50, "b": 2,  "a": [1e2]}', '{"b": 1.50, "a": {"$serde_json::private::Number": "x"}}',
    '192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03', '10101', '(1.5,-2)', '[1,5)',
    '[2026-01-01 00:00+00,)', '{[1,3),[5,7)}', '{1,null,3}', array['a,b', null, '"', '{x}', ''],
    '{1.1,NaN,-Infinity}', '{2026-01-01 00:00+00,infinity}', array['{"a": 1}', '[1]', 'null']::jsonb[], 'so, so',
    (1, 'a "b", (c)'), array[(1, 'x')::rest_pair, null], 'word', 'a:1 b:2A', null, 4711
), (
    2, 0, -9223372036854775808, 'NaN', 'NaN', 'NaN', '-0.01', false, '', '', '', '',
    'infinity', '24:00', '00:00-15:59', '-infinity', 'infinity',
    '-178000000 years', null, '[]', 'null', '::1', '::/0', null, '', '(NaN,Infinity)', 'empty',
    '(,)', '{}', '{{1,2},{3,4}}', '{}', '{}', '{-infinity}', '{}', 'fine', (null, null), '{}', null, '', null, 0
), (
    3, 1, 1, 'Infinity', '-Infinity', 'Infinity', null, null, repeat('x', 5000), null, null, repeat('y', 300)::bytea,
    '4713-01-01 BC', null, null, '294276-12-31 23:59:59.999999', '0044-03-15 12:00:00+00 BC',
    '0.000001 s', null, null, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, null, null, null, null, null, null, null
), (
    4, null, null, 3.4e38, 5e-324, 1e-30, null, null, null, null, null, null,
    '5874897-12-31', null, null, '4713-01-01 BC', '294276-12-31 23:59:59.999999+00',
    null, null, null, null, null, null, null, null, null, null,
    null, null, '[2:3]={7,8}', null, null, null, null, null, null, null, null, null, null, null
);
insert into rest_others values (2, 'infinity', '{}'), (1, '-infinity', '{"a,b"}');
update rest_values set "jsonb" = (repeat('[', 300) || repeat(']', 300))::jsonb where id = 3;

create function rest_rows() returns setof rest_values language sql stable as 'select * from rest_values';
create function rest_anything(
    a int default null, b text default null, c jsonb default null, d text[] default null,
    e jsonb[] default null, f timestamptz default null, g rest_mood default null, h rest_pair default null,
    i bytea default null, j int[] default null
) returns jsonb language sql stable as
    'select to_jsonb(array[a::text, b, c::text, d::text, e::text, f::text, g::text, h::text, i::text, j::text])';
create function rest_jsons(jsons jsonb[]) returns jsonb language sql immutable as 'select to_jsonb(jsons)';
create function rest_bytes(bytea) returns text language sql immutable as 'select encode($1, ''hex'')';

grant usage on type rest_mood, rest_pair, rest_word to public;
grant select, insert, update, delete on rest_values, rest_others to anon, authenticated, service_role;
grant execute on function rest_rows(), rest_jsons(jsonb[]), rest_bytes(bytea),
    rest_anything(int, text, jsonb, text[], jsonb[], timestamptz, rest_mood, rest_pair, bytea, int[]) to public;
notify pgrst, 'reload schema';
