"""The seed data is complete and is read correctly."""

import csv
import re
from collections import Counter

import pytest

from seed import movielens, own
from seed.rows import Film, item_id


@pytest.mark.parametrize(
    ("listed", "title", "year"),
    [
        ("Toy Story (1995)", "Toy Story", 1995),
        ("Godfather, The (1972)", "The Godfather", 1972),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children",
            1995,
        ),
        ("Avventura, L' (Adventure, The) (1960)", "L'Avventura", 1960),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly", 1966),
        ("Death Note: Desu nôto (2006\u20132007)", "Death Note: Desu nôto", 2006),
        ("Babylon 5", "Babylon 5", None),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", 2009),
    ],
)
def test_movielens_title_is_split_into_natural_title_and_year(
    listed: str, title: str, year: int | None
) -> None:
    assert movielens.split_title(listed) == (title, year)


def test_own_films_are_at_least_600_with_overviews_of_20_to_40_words() -> None:
    films = list(own.films())
    assert len(films) >= 600
    assert len({film.id for film in films}) == len(films)
    for film in films:
        assert 20 <= len((film.overview or "").split()) <= 40, film.title


def test_own_books_are_at_least_150_in_30_genres() -> None:
    books = list(own.books())
    assert len(books) >= 150
    assert len({book.id for book in books}) == len(books)
    assert len(Counter(book.genres[0] for book in books)) >= 30
    for book in books:
        assert 20 <= len((book.description or "").split()) <= 40, book.title


def test_every_own_film_is_a_film_of_movielens() -> None:
    described = {film.id for film in movielens.films() if film.overview}
    assert described == {film.id for film in own.films()}


def test_tmdb_ids_of_movielens_films_are_unique() -> None:
    ids = [film.tmdb_id for film in movielens.films() if film.tmdb_id]
    assert len(ids) == len(set(ids)) == 9733


def test_movielens_has_all_films_ratings_and_raters() -> None:
    assert sum(1 for _ in movielens.films()) == 9742
    ratings = list(movielens.ratings())
    assert len(ratings) == 91_018
    assert len({rating.rater_id for rating in ratings}) == 610


def test_item_id_is_the_same_at_every_load() -> None:
    assert str(item_id("own", "the-godfather-1972")) == str(item_id("own", "the-godfather-1972"))
    assert item_id("own", "a") != item_id("movielens", "a")


def test_certificates_belong_to_films_of_the_own_list() -> None:
    rated = {film.maturity_rating: film for film in own.films()}
    assert rated.keys() == {"G", "PG", "PG-13", "R", None}
    by_title = {film.title: film.maturity_rating for film in own.films()}
    assert (by_title["Toy Story"], by_title["Alien"], by_title["Pulp Fiction"]) == ("G", "R", "R")
    with (own.DATA / "certificates.csv").open(newline="", encoding="utf-8") as file:
        slugs = [row["slug"] for row in csv.DictReader(file)]
    assert len(slugs) == len(set(slugs)) == sum(1 for film in own.films() if film.maturity_rating)


def test_film_slugs_are_lower_case_words_and_a_year() -> None:
    with (own.DATA / "films.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-\d{4}", row["slug"])


def test_every_own_film_has_genres_language_and_year() -> None:
    for film in own.films():
        assert isinstance(film, Film) and film.genres and film.original_language and film.release_year
