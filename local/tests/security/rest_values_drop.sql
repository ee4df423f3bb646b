-- Nothing of rest_values.sql is left.
drop function if exists rest_rows(), rest_jsons(jsonb[]), rest_bytes(bytea),
    rest_anything(int, text, jsonb, text[], jsonb[], timestamptz, rest_mood, rest_pair, bytea, int[]);
drop table if exists rest_others, rest_values;
drop type if exists rest_pair, rest_mood;
drop domain if exists rest_word;
notify pgrst, 'reload schema';
