"""Vectors nearest among those that pass a filter, few or many, against exact search in numpy."""

import numpy
import psycopg

from tests.sql.people import become

FILMS = 6_000
SHARES = {"ninety": 0.9, "fifty": 0.5, "ten": 0.1, "one": 0.01, "tenth": 0.001}
"""Genres, and which share of the films has them."""


def test_as_many_as_asked_are_found_and_the_nearest_ones_however_few_pass(db: psycopg.Connection) -> None:
    chance = numpy.random.default_rng(5)
    centres = chance.normal(size=(40, 384))
    vectors = centres[numpy.arange(FILMS) % 40] + chance.normal(size=(FILMS, 384))
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    having = {slug: chance.permutation(FILMS)[: round(FILMS * share)] for slug, share in SHARES.items()}
    load(db, vectors, having)
    become(db, None)
    for slug, places in having.items():
        hits = total = 0
        asked = min(50, len(places))
        for query in vectors[chance.choice(FILMS, 20, replace=False)] + chance.normal(size=(20, 384)) * 0.02:
            found = db.execute(
                "select i.title::integer, n.similarity from private.nearest_documents("
                "%s, row(null, %s, null, null, null, null)::private.search_filters, "
                "private.current_viewer(), 1000000000, %s) as n "
                "join private.search_documents as d using (document) "
                "join content as i on i.id = d.item_id order by n.similarity desc",
                [str(query.tolist()), slug, asked],
            ).fetchall()
            similarity = vectors[places] @ (query / numpy.linalg.norm(query))
            expected = places[numpy.argsort(-similarity)[:asked]]
            assert len(found) == asked
            hits += len({row[0] for row in found} & set(expected.tolist()))
            total += asked
        assert hits / total >= 0.98, (slug, hits / total)


def load(db: psycopg.Connection, vectors: numpy.ndarray, having: dict[str, numpy.ndarray]) -> None:
    """Films called by their number; the index is built after them, as it is quicker so."""
    definition = db.execute("select pg_get_indexdef('item_embeddings_movies'::regclass)").fetchone()
    assert definition
    db.execute("drop index item_embeddings_movies")
    db.execute(
        "insert into content (title) select number::text from generate_series(0, %s) as number", [FILMS - 1]
    )
    for slug, places in having.items():
        db.execute("insert into genres (name, slug) values (%s, %s)", [slug, slug])
        db.execute(
            "insert into item_genres select c.id, g.id from genres g, content c "
            "where g.slug = %s and c.title::integer = any(%s)",
            [slug, places.tolist()],
        )
    db.execute("create temporary table staged (title text, embedding vector(384)) on commit drop")
    with db.cursor().copy("copy staged from stdin") as copy:
        for number, vector in enumerate(vectors):
            copy.write_row((str(number), str(vector.tolist())))
    db.execute(
        "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
        "select c.id, 'movie', 'test', gen_random_uuid(), s.embedding "
        "from staged s join content c using (title)"
    )
    db.execute("set local maintenance_work_mem = '256MB'")
    db.execute(definition[0].encode())
    db.execute("analyze")
