-- What is in the tables of rest_schema.sql when a test begins.
truncate rest_directors, rest_films, rest_actors, rest_castings, rest_notes, rest_marked, rest_named, rest_named_of
    restart identity;

insert into rest_directors values (1, 'Agnès Varda', '1928-05-30'), (2, 'Bong; Joon & Ho+', null);
insert into rest_films values
    (1, 'Cléo, 5 to 7', 1962, 8.0, 0.1, '{new wave,"a,b"}', '{"k": {"n": 1}}',
        '2026-01-02 03:04:05.5+00', null, 1),
    (2, 'Mother + son', 2009, 7.9, null, '{}', '{"k": null}', null, null, 2),
    (3, '100% _ *', 2019, null, 'NaN', null, null, 'infinity', null, 2),
    (4, 'مرحبا 😀', null, null, null, null, null, null, null, null);
insert into rest_marked values (1, 'a', '{"k": 1}', 'x'), (2, 'b', '{"k": 2}', 'y'), (3, 'c', null, 'z');
insert into rest_actors values (1, 'Corinne'), (2, 'Kang-ho');
insert into rest_castings values (1, 1, 'Cléo'), (2, 2, 'a cook'), (3, 2, 'Ki-taek');
insert into rest_named values
    (1, null, '{"k": "a", "k.l": 2}', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    (2, null, '{"k": "a", "k.l": 1}', 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
insert into rest_named values (3);
insert into rest_named_of values (1, 7, 7);
