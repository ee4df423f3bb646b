-- Nothing of rest_schema.sql is left.
drop table if exists
    rest_castings, rest_actors, rest_films, rest_directors, rest_notes, rest_withheld, rest_marked,
    rest_named_of, rest_named cascade;
do $$ begin execute coalesce((
    select string_agg(format('drop function %s;', oid::regprocedure), ' ')
    from pg_proc where proname like 'rest\_%' and pronamespace = 'public'::regnamespace
), ''); end $$;

notify pgrst, 'reload schema';
