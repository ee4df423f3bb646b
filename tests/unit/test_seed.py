"""The seed data is complete and is read correctly."""

import csv
import gzip
import re
from collections import Counter

import pytest

from seed import model, movielens, own
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


@pytest.mark.parametrize(
    ("listed", "titles"),
    [
        ("Hate (Haine, La) (1995)", ["La Haine"]),
        ("Seven (a.k.a. Se7en) (1995)", ["Se7en"]),
        ("Shaft in Africa (1973)", []),
        ("36th Precinct (36 Quai des Orfèvres) (2004)", ["36 Quai des Orfèvres"]),
        (
            "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)",
            ["The Professional", "Léon"],
        ),
        ("(500) Days of Summer (2009)", []),
    ],
)
def test_bracketed_titles_of_movielens_are_alternative_titles(listed: str, titles: list[str]) -> None:
    assert movielens.other_titles(listed) == titles


def test_own_films_are_at_least_2000_with_overviews_of_20_to_50_words() -> None:
    films = list(own.films())
    assert len(films) >= 2000
    assert len({film.id for film in films}) == len(films)
    for film in films:
        assert 20 <= len((film.overview or "").split()) <= 50, film.title


@pytest.mark.parametrize(
    ("languages", "least"),
    [
        ("hi ta te ml bn", 150),
        ("ja", 100),
        ("fr", 80),
        ("es", 80),
        ("de", 80),
        ("ko", 60),
        ("zh cn", 60),
        ("it", 40),
    ],
)
def test_own_films_are_of_many_languages(languages: str, least: int) -> None:
    assert sum(film.original_language in languages.split() for film in own.films()) >= least


def test_at_least_200_own_films_have_an_overview_in_their_language() -> None:
    written = [text for film in own.films() for _, text in (film.translations or {}).values() if text]
    assert len(written) >= 200
    with (own.DATA / "overviews.csv").open(newline="", encoding="utf-8") as file:
        assert len(written) == sum(1 for _ in csv.DictReader(file))


def test_own_books_are_at_least_150_in_30_genres() -> None:
    books = list(own.books())
    assert len(books) >= 150
    assert len({book.id for book in books}) == len(books)
    assert len(Counter(book.genres[0] for book in books)) >= 30
    for book in books:
        assert 20 <= len((book.description or "").split()) <= 40, book.title


def test_every_film_of_the_own_list_is_loaded_with_movielens() -> None:
    described = [film.id for film in movielens.films() if film.overview]
    assert len(described) == len(set(described))
    assert set(described) == {film.id for film in own.films()}


def test_each_film_of_movielens_is_one_own_film_at_most() -> None:
    with (movielens.DATA / "own_films.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["movieId"] for row in rows}) == len({row["slug"] for row in rows}) == len(rows)


def test_tmdb_ids_of_movielens_films_are_unique() -> None:
    ids = [film.tmdb_id for film in movielens.films() if film.tmdb_id]
    assert len(ids) == len(set(ids)) == 9733


def test_movielens_has_all_films_ratings_and_raters() -> None:
    assert sum(1 for film in movielens.films() if film.tmdb_id) == 9733
    ratings = list(movielens.ratings())
    assert len(ratings) == 91_018
    assert len({rating.rater_id for rating in ratings}) == 610


def test_item_id_is_the_same_at_every_load() -> None:
    assert str(item_id("own", "the-godfather-1972")) == str(item_id("own", "the-godfather-1972"))
    assert item_id("own", "a") != item_id("movielens", "a")


@pytest.mark.parametrize(
    ("slug", "rating"),
    [
        ("toy-story-1995", "G"),
        ("alien-1979", "R"),
        ("queen-2013", "CBFC UA"),
        ("12-angry-men-1957", None),
    ],
)
def test_certificate_of_an_own_film_is_its_maturity_rating(slug: str, rating: str | None) -> None:
    assert own_film(slug).maturity_rating == rating


def test_facts_of_an_own_film_are_read() -> None:
    film = own_film("seven-samurai-1954")
    assert (film.title, film.original_title, film.original_language) == ("Seven Samurai", "七人の侍", "ja")
    assert film.countries == ["JP"]
    assert film.directors == [own.person_id("Akira Kurosawa")]
    assert (film.actors or [])[0] == own.person_id("Toshiro Mifune")
    assert film.alternative_titles == {
        "7 Samurai": "alternative",
        "Shichinin no samurai": "transliteration",
    }
    assert (film.translations or {})["ja"][0] == "七人の侍"


def own_film(slug: str) -> Film:
    return next(film for film in own.films() if film.id == item_id("own", slug))


def test_person_has_one_id_however_the_name_is_written() -> None:
    assert own.person_id("Zoe Saldaña") == own.person_id("Zoë Saldana") != own.person_id("Zoe Kazan")


def test_namesakes_are_two_people_of_one_name() -> None:
    namesakes = [person.id for person in own.people() if person.name == "Steve McQueen"]
    assert sorted(namesakes) == sorted(
        [own.person_id("Steve McQueen"), own.person_id("Steve McQueen (director)")]
    )


def test_everyone_credited_in_an_own_film_is_listed_once() -> None:
    people = [person.id for person in own.people()]
    credited = {key for film in own.films() for key in [*(film.directors or []), *(film.actors or [])]}
    assert len(people) == len(set(people))
    assert credited == set(people)


@pytest.mark.parametrize("column", ["title", "keywords", "overview", "directors", "actors"])
def test_texts_of_own_films_have_no_markup(column: str) -> None:
    with (own.DATA / "films.csv").open(newline="", encoding="utf-8") as file:
        faults = [
            row["slug"] for row in csv.DictReader(file) if re.search(r"[<>\u2014]|\s\s|&\w+;", row[column])
        ]
    assert faults == []


def test_film_slugs_are_lower_case_words_and_a_year() -> None:
    with (own.DATA / "films.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-\d{4}", row["slug"])


def test_every_own_film_has_genres_language_and_year() -> None:
    for film in own.films():
        assert isinstance(film, Film) and film.genres and film.original_language and film.release_year


def test_item_model_connects_films_of_movielens_that_many_rated() -> None:
    raters = Counter(rating.item_id for rating in movielens.ratings())
    weights = list(movielens.model())
    items = {weight.item_id for weight in weights} | {weight.neighbour_id for weight in weights}
    assert len(weights) > 100_000
    assert min(raters[item] for item in items) > 20
    assert all(weight.item_id != weight.neighbour_id for weight in weights)


def test_item_model_takes_less_than_three_megabytes() -> None:
    assert (movielens.DATA / "model.csv.gz").stat().st_size < 3_000_000


def test_written_item_model_has_the_weights_of_the_database_in_one_order() -> None:
    ids = movielens.item_ids()
    unknown = item_id("own", "no film of MovieLens")
    found = [(ids["1"], ids["3"], 0.5), (ids["1"], ids["2"], -0.25), (ids["2"], ids["1"], 0.0000001)]
    weights = model.by_movie([*found, (unknown, ids["1"], 1.0)])
    assert weights == {1: [(3, 50_000), (2, -25_000)]}
    text = gzip.decompress(model.packed(weights)).decode()
    assert text == "movieId,neighbours,weights\n1,2 3,-25000 50000\n"
