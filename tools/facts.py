"""Compare the facts of seed/data/films.csv with shared tables of film facts: `python -m tools.facts`.

The tables (README of seed/ names their sources) may not be distributed, so they are read from a folder beside
the project; without it the check is skipped with a sentence. Films are joined by IMDb id. Compared are year,
minutes, language, country (the table's is one of ours), certificate (the MPA's only), director (one of ours)
and actors. The tables name a few actors of any billing, so the order is left out, and a film differs only if
none of them is ours.

A difference is a fault unless seed/data/differences.csv has it with a reason. A row there that is no
difference is a fault too. Part of `make lint`.
"""

import csv
import gzip
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "seed" / "data"
TABLES = ROOT.parent / "shared" / "data" / "film_facts"
MPA = {"G", "PG", "PG-13", "R", "NC-17"}
LANGUAGES = {
    "Bosnian": "bs",
    "Cantonese": "cn",
    "Danish": "da",
    "Dutch": "nl",
    "English": "en",
    "Filipino": "tl",
    "French": "fr",
    "German": "de",
    "Hebrew": "he",
    "Hindi": "hi",
    "Indonesian": "id",
    "Italian": "it",
    "Japanese": "ja",
    "Korean": "ko",
    "Mandarin": "zh",
    "Norwegian": "no",
    "Persian": "fa",
    "Polish": "pl",
    "Portuguese": "pt",
    "Russian": "ru",
    "Spanish": "es",
    "Swedish": "sv",
    "Tamil": "ta",
    "Telugu": "te",
    "Thai": "th",
    "Zulu": "zu",
}
COUNTRIES = {
    "Argentina": "AR",
    "Australia": "AU",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "China": "CN",
    "Denmark": "DK",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Hong Kong": "HK",
    "Hungary": "HU",
    "India": "IN",
    "Indonesia": "ID",
    "Iran": "IR",
    "Ireland": "IE",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Mexico": "MX",
    "Netherlands": "NL",
    "New Zealand": "NZ",
    "Norway": "NO",
    "Poland": "PL",
    "Russia": "RU",
    "South Africa": "ZA",
    "South Korea": "KR",
    "Soviet Union": "SU",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "Taiwan": "TW",
    "Thailand": "TH",
    "UK": "GB",
    "USA": "US",
    "West Germany": "DE",
}
Row = Mapping[str, str]


class Difference(NamedTuple):
    slug: str
    fact: str
    ours: str
    theirs: str


def main() -> int:
    if not TABLES.is_dir():
        sys.stdout.write("facts of films are not compared: there is no folder ../shared/data/film_facts\n")
        return 0
    lines = sorted(faults(set(differences()), set(listed())))
    sys.stderr.writelines(f"seed/data/differences.csv: {line}\n" for line in lines)
    return 1 if lines else 0


def faults(found: set[Difference], excused: set[Difference]) -> Iterator[str]:
    """A sentence for each difference without a reason and each reason without a difference."""
    for each in found - excused:
        yield f"lacks {each.slug}: {each.fact} is {each.ours!r} in films.csv and {each.theirs!r} in the table"
    for each in excused - found:
        yield f"{each.slug}: {each.fact} {each.ours!r} and {each.theirs!r} is no difference: delete the row"


def differences() -> Iterator[Difference]:
    """The differences of all films that a table has."""
    ids = imdb_ids()
    for table in ("films_5000.csv.gz", "films_india.csv.gz"):
        facts = {row["imdb_id"]: row for row in rows(TABLES / table)}
        for film in rows(DATA / "films.csv"):
            if row := facts.get(film["imdb_id"] or ids.get(film["slug"], "")):
                yield from compared(film, row)


def compared(film: Row, table: Row) -> Iterator[Difference]:
    """The differences of one film. Facts that a table lacks are not compared."""
    for fact, ours, theirs, agree in facts_of(film, table):
        if theirs and not agree:
            yield Difference(film["slug"], fact, ours, theirs)


def facts_of(film: Row, table: Row) -> Iterator[tuple[str, str, str, bool]]:
    """Each fact: its name, our value, the table's, and whether they agree."""
    language = LANGUAGES.get(table.get("language", ""), "")
    country = COUNTRIES.get(table.get("country", ""), "")
    certificate = table["content_rating"] if table.get("content_rating") in MPA else ""
    directors = table.get("directors") or table.get("director", "")
    for fact, column, theirs in (
        ("year", "year", table["year"]),
        ("minutes", "runtime_minutes", table["minutes"]),
        ("language", "original_language", language),
        ("certificate", "certificate", certificate),
    ):
        yield fact, film[column], theirs, film[column] == theirs
    yield "country", film["countries"], country, country in film["countries"].split("|")
    for fact, theirs in (("directors", directors), ("actors", table["actors"])):
        yield fact, film[fact], theirs, bool(names(film[fact]) & names(theirs))


def names(listed: str) -> set[tuple[str, ...]]:
    """The words of each name in alphabetical order, without accents: Wong Kar-wai is Kar-Wai Wong."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", "", listed).lower())
    letters = plain.encode("ascii", "ignore").decode()
    return {tuple(sorted(re.findall(r"[a-z]+", name))) for name in letters.split("|")}


def imdb_ids() -> dict[str, str]:
    """The IMDb id of each own film that MovieLens has, by slug."""
    links = {row["movieId"]: f"tt{row['imdbId']}" for row in rows(DATA / "movielens" / "links.csv.gz")}
    return {row["slug"]: links[row["movieId"]] for row in rows(DATA / "movielens" / "own_films.csv")}


def listed() -> Iterator[Difference]:
    for row in rows(DATA / "differences.csv"):
        if not row["reason"].strip():
            raise ValueError(f"seed/data/differences.csv: {row['slug']}, {row['fact']} has no reason")
        yield Difference(row["slug"], row["fact"], row["ours"], row["theirs"])


def rows(path: Path) -> Iterable[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    sys.exit(main())
