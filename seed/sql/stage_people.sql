create temporary table staged_people (id uuid primary key, name text) on commit drop;
