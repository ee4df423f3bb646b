-- Tables and functions that the REST server is tried with.
create table rest_directors (id int primary key, name text not null unique, born date);
create table rest_films (
    id int primary key,
    title text not null,
    year int check (year > 1800),
    rating numeric(3, 1),
    score real,
    tags text[] default '{}',
    meta jsonb,
    seen_at timestamptz,
    "odd, name" text,
    director_id int references rest_directors
);
create table rest_actors (id int primary key, name text not null);
create table rest_castings (
    film_id int references rest_films on delete cascade,
    actor_id int references rest_actors,
    name text,
    primary key (film_id, actor_id)
);
create table rest_notes (id int generated always as identity primary key, body text);
create table rest_withheld (id int);
create table rest_marked (_id int primary key, _note text, _meta jsonb, body text);
create table rest_named (
    id int primary key, n int, m jsonb, "a.b" int, "a,b" int, "c(d" int, "e)f" int, "(g)" int, "h->i" int,
    "j:k" int, "l""m" int, "n\o" int, " p " int, "{q" int, "order" int, "and" int
);
create table rest_named_of (
    id int primary key references rest_named on update cascade on delete cascade, "a.b" int, "e)f" int
);
grant select, insert, update, delete on rest_named, rest_named_of to anon, authenticated, service_role;
grant select, insert, update, delete on rest_directors, rest_films, rest_actors, rest_castings, rest_notes,
    rest_marked
    to anon, authenticated, service_role;

create function rest_add(a int, b int default 10) returns int language sql immutable as 'select a + b';
create function rest_echo(t text) returns text language sql immutable as 'select t';
create function rest_echo_json(j jsonb) returns jsonb language sql immutable as 'select j';
create function rest_echo_array(a text[]) returns jsonb language sql immutable as 'select to_jsonb(a)';
create function rest_nulls(n int, t text, j jsonb, a int[]) returns bool[] language sql immutable as
    'select array[n is null, t is null, j is null, a is null]';
create function rest_or_default(t text default 'default') returns text language sql immutable as 'select t';
create function rest_nothing() returns void language sql as '';
create function rest_numbers(n int) returns setof int language sql stable as 'select generate_series(1, n)';
create function rest_table(n int) returns table (number int, half numeric, at timestamptz)
language sql stable as
    $$select g, g / 2.0, '2026-01-01'::timestamptz + g * interval '1 hour' from generate_series(1, n) as g$$;
create function rest_films_of(director int) returns setof rest_films language sql stable as
    'select * from rest_films where director_id = director';
create function rest_marks(_least int default 0) returns setof rest_marked language sql stable as
    'select * from rest_marked where _id >= _least';
create function rest_all_named() returns setof rest_named language sql stable as 'select * from rest_named';
create function rest_limited("limit" int) returns int language sql immutable as 'select "limit"';
create function rest_write() returns bigint language sql as
    $$insert into rest_notes (body) values ('written'); select count(*) from rest_notes$$;
create function rest_writable() returns boolean language sql as
    $$select current_setting('transaction_read_only') = 'off'$$;
create function rest_writable_stable() returns boolean language sql stable as
    $$select current_setting('transaction_read_only') = 'off'$$;
create function rest_whole(jsonb) returns jsonb language sql immutable as 'select $1';
create function rest_fail(code text, message text) returns void language plpgsql as
    $$begin raise exception using errcode = code, message = message, detail = 'why', hint = 'how'; end$$;
create function rest_role() returns jsonb language sql stable as
    $$select jsonb_build_object('role', current_user) || current_setting('request.jwt.claims')::jsonb$$;

do $$ begin execute (
    select string_agg(format('grant execute on function %s to public;', oid::regprocedure), ' ')
    from pg_proc where proname like 'rest\_%' and pronamespace = 'public'::regnamespace
); end $$;

notify pgrst, 'reload schema';
