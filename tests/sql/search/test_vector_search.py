"""match_movies, match_books and match_content compared with exact search in numpy."""

from uuid import UUID

import numpy
import psycopg
import pytest

from tests.sql.people import become, embed, embed_all, item


@pytest.fixture
def vectors(db: psycopg.Connection) -> dict[UUID, numpy.ndarray]:
    """300 films and 20 books with random but fixed vectors in clusters, like those of texts."""
    chance = numpy.random.default_rng(3)
    centres = chance.normal(size=(10, 384))
    normed = {}
    for number in range(320):
        vector = centres[number % 10] + chance.normal(size=384) * 0.8
        kind = "movie" if number < 300 else "book"
        normed[item(db, f"Item {number}", kind)] = vector / numpy.linalg.norm(vector)
    vectors = [(id, vector.tolist()) for id, vector in normed.items()]
    embed_all(db, dict(vectors[:300]))
    embed_all(db, dict(vectors[300:]), "book")
    return normed


def match(
    db: psycopg.Connection, function: str, vector: numpy.ndarray, *rest: object
) -> list[tuple[UUID, float]]:
    marks = ", %s" * len(rest)
    query = f"select id, similarity from {function}(%s{marks})"
    return db.execute(query, [str(vector.tolist()), *rest]).fetchall()


def test_match_movies_finds_the_films_of_exact_search(
    db: psycopg.Connection, vectors: dict[UUID, numpy.ndarray]
) -> None:
    films = dict(list(vectors.items())[:300])
    matrix, ids = numpy.array(list(films.values())), list(films)
    become(db, None)
    hits = total = 0
    for query in numpy.random.default_rng(4).normal(size=(20, 384)) * 0.5 + matrix[:20]:
        similarity = matrix @ (query / numpy.linalg.norm(query))
        best = numpy.argsort(-similarity)[:12]
        matches = match(db, "match_movies", query, 0.0, 12)
        expected = {ids[index]: similarity[index] for index in best if similarity[index] >= 0}
        hits += len(expected.keys() & {row[0] for row in matches})
        total += len(expected)
        for id, close in matches:
            assert close == pytest.approx(similarity[ids.index(id)], abs=1e-5)
    assert hits / total >= 0.99


def test_match_books_returns_only_books(db: psycopg.Connection, vectors: dict[UUID, numpy.ndarray]) -> None:
    become(db, None)
    query = next(iter(vectors.values()))
    books = {row[0] for row in match(db, "match_books", query, 0.0, 200)}
    assert books <= set(list(vectors)[300:]) and books
    assert books == {row[0] for row in match(db, "match_content", query, 0.0, 200, "book")}


def test_match_movies_applies_threshold_and_count(
    db: psycopg.Connection, vectors: dict[UUID, numpy.ndarray]
) -> None:
    become(db, None)
    matches = match(db, "match_movies", list(vectors.values())[5], 0.5, 7)
    similarities = [row[1] for row in matches]
    assert len(matches) == 7
    assert min(similarities) >= 0.5
    assert similarities == sorted(similarities, reverse=True)


def test_match_movies_defaults_to_twelve_at_four_tenths(
    db: psycopg.Connection, vectors: dict[UUID, numpy.ndarray]
) -> None:
    become(db, None)
    query = list(vectors.values())[5]
    assert match(db, "match_movies", query) == match(db, "match_movies", query, 0.4, 12)
    assert match(db, "match_movies", query) == match(db, "match_movies", query, None, None)


@pytest.mark.parametrize(
    ("vector", "threshold", "count", "field"),
    [
        ([1.0] * 3, 0.4, 12, "query_embedding"),
        ([1.0] * 385, 0.4, 12, "query_embedding"),
        ([0.0] * 384, 0.4, 12, "query_embedding"),
        ([1.0] * 384, -0.1, 12, "match_threshold"),
        ([1.0] * 384, 1.1, 12, "match_threshold"),
        ([1.0] * 384, float("nan"), 12, "match_threshold"),
        ([1.0] * 384, 0.4, 0, "match_count"),
        ([1.0] * 384, 0.4, -1, "match_count"),
        ([1.0] * 384, 0.4, 1_000_000, "match_count"),
    ],
)
def test_match_movies_names_a_parameter_out_of_range(
    db: psycopg.Connection, vector: list[float], threshold: float, count: int, field: str
) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        match(db, "match_movies", numpy.array(vector), threshold, count)
    assert f'"field": "{field}"' in (refused.value.diag.message_detail or "")


@pytest.mark.parametrize(
    ("kind", "index"),
    [
        ("movie", "item_embeddings_movies"),
        ("tv_show", "item_embeddings_tv_shows"),
        ("sports", "item_embeddings_sports"),
        ("book", "item_embeddings_books"),
    ],
)
def test_each_kind_is_searched_by_its_own_index(db: psycopg.Connection, kind: str, index: str) -> None:
    embed(db, item(db, 'Ärger & Freude; 50 % of "it"', kind), [1.0] * 384, kind)
    scans = "select pg_stat_get_xact_numscans(%s::regclass)"
    become(db, None)
    db.execute("set local enable_seqscan = off")
    db.execute("set local enable_bitmapscan = off")
    before = db.execute(scans, [index]).fetchone()
    assert len(match(db, "match_content", numpy.ones(384), 0.0, 5, kind)) == 1
    after = db.execute(scans, [index]).fetchone()
    assert before and after and after[0] == before[0] + 1


def test_order_uses_stored_vectors_beyond_half_precision(db: psycopg.Connection) -> None:
    """0.5 and 0.5 + 3 * 2^-14 are equal in half precision, which has 11 bits."""
    films = [(step, item(db, f"Step {step}")) for step in (3, 0, 2, 1)]
    embed_all(db, {film: [1.0, 0.5 + step * 2**-14] + [0.0] * 382 for step, film in films})
    become(db, None)
    matches = match(db, "match_movies", numpy.array([1.0, 1.0] + [0.0] * 382), 0.0, 4)
    assert [row[0] for row in matches] == [film for _, film in sorted(films, reverse=True)]
