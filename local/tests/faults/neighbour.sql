-- Tables of which an abuser makes the most: each film has every tag.
drop table if exists neighbour_links, neighbour_films, neighbour_tags, neighbour_notes;
create table neighbour_tags (id int primary key, name text);
create table neighbour_films (id int primary key, title text, body text);
create table neighbour_links (
    film_id int references neighbour_films,
    tag_id int references neighbour_tags,
    primary key (film_id, tag_id)
);
create table neighbour_notes (id int generated always as identity primary key, body text, n int);
insert into neighbour_tags select n, 'tag ' || n from generate_series(1, 60) as n;
insert into neighbour_films select n, 'film ' || n, repeat('x', 20000) from generate_series(1, 990) as n;
insert into neighbour_links select film, tag from generate_series(1, 300) as film, generate_series(1, 60) as tag;
grant select on neighbour_tags, neighbour_films, neighbour_links to authenticated;
grant select, insert on neighbour_notes to authenticated;
