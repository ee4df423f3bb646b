"""Measure the lists of six viewers who rated fifteen films each.

`python -m bench.personas` replaces this table of QUALITY.md alone; `make bench-quality` writes all tables.

Each signs up, rates fifteen films 5 through the official client, and requests twenty recommendations. The
rules, stated before the lists were seen: at least fourteen of the twenty share the viewer's taste, which for

    science fiction              is the genre Science Fiction,
    a parent with a small child  the genre Animation or Family (the profile is a kids profile),
    Hindi cinema                 an Indian language,
    Japanese and Korean cinema   one of the two languages,
    horror                       the genre Horror,
    romance of the 1940s         a year from 1935 to 1954,

and at least six are not among the fifty most rated films.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from rich.console import Console
from supabase import Client, ClientOptions, create_client

from bench.table import Table
from local import exits, temporary_stack
from local.settings import ROOT
from local.temporary_stack import Stack
from seed.__main__ import seed

REPORT = Path(__file__).parent / "QUALITY.md"
RATED, LISTED, SHARING, LESS_RATED, MOST_RATED = 15, 20, 14, 6, 50
HEAD = ("viewer", "share the taste", "not among the 50 most rated", "first twenty")
FACTS = """
select c.id::text, c.title, c.release_year, c.original_language,
    array(select g.name from item_genres m join genres g on g.id = m.genre_id where m.item_id = c.id),
    c.id in (select s.item_id from item_stats s order by s.rating_count desc, s.item_id limit 50)
from content c
"""


@dataclass(frozen=True)
class Film:
    id: str
    title: str
    year: int
    language: str
    genres: frozenset[str]
    is_most_rated: bool


@dataclass(frozen=True)
class Persona:
    name: str
    shares_taste: Callable[[Film], bool]
    rated: str
    """Titles with years, one a line; the first fifteen that the catalogue has."""
    is_kid: bool = False


INDIAN = frozenset({"hi", "ta", "te", "ml", "bn", "mr", "kn", "pa", "ur", "gu", "as"})
PERSONAS = (
    Persona(
        "science fiction",
        lambda film: "Science Fiction" in film.genres,
        """Blade Runner 1982|2001: A Space Odyssey 1968|Alien 1979|Arrival 2016|Moon 2009|Contact 1997
        |Dark City 1998|District 9 2009|Ex Machina 2015|Interstellar 2014|Minority Report 2002|Solaris 1972
        |12 Monkeys 1995|Children of Men 2006|Close Encounters of the Third Kind 1977|Brazil 1985|Her 2013""",
    ),
    Persona(
        "parent with a small child",
        lambda film: bool(film.genres & {"Animation", "Family"}),
        """My Neighbor Totoro 1988|Finding Nemo 2003|Mary Poppins 1964|Babe 1995|Chicken Run 2000|Cars 2006
        |Kiki's Delivery Service 1989|The Lion King 1994|Toy Story 1995|Dumbo 1941|Monsters, Inc. 2001
        |Ponyo 2008|A Bug's Life 1998|Frozen 2013|Mulan 1998|Lady and the Tramp 1955|Peter Pan 1953""",
        is_kid=True,
    ),
    Persona(
        "Hindi cinema",
        lambda film: film.language in INDIAN,
        """3 Idiots 2009|Dangal 2016|Lagaan: Once Upon a Time in India 2001|Dilwale Dulhania Le Jayenge 1995
        |Dil Chahta Hai 2001|Barfi! 2012|Kabhi Khushi Kabhie Gham... 2001|Gully Boy 2019|Jab We Met 2007
        |English Vinglish 2012|Kahaani 2012|Andhadhun 2018|Lage Raho Munna Bhai 2006|Devdas 2002|Masaan 2015
        |Deewaar 1975|Mother India 1957""",
    ),
    Persona(
        "Japanese and Korean cinema",
        lambda film: film.language in {"ja", "ko"},
        """Ikiru 1952|Late Spring 1949|High and Low 1963|Harakiri 1962|Departures 2008|Nobody Knows 2004
        |Drive My Car 2021|After Life 1998|Memories of Murder 2003|Parasite 2019|Oldboy 2003|Burning 2018
        |Poetry 2010|The Handmaiden 2016|Secret Sunshine 2007|Mother 2009|The Host 2006""",
    ),
    Persona(
        "horror",
        lambda film: "Horror" in film.genres,
        """Halloween 1978|A Nightmare on Elm Street 1984|The Shining 1980|The Exorcist 1973|Carrie 1976
        |Dawn of the Dead 1978|Evil Dead II 1987|Audition 1999|Deep Red 1975|Rosemary's Baby 1968
        |The Thing 1982|Black Sunday 1960|Ju-on: The Grudge 2002|Event Horizon 1997|28 Days Later 2002
        |An American Werewolf in London 1981|The Ring 2002|Scream 1996|Final Destination 2000""",
    ),
    Persona(
        "romance of the 1940s",
        lambda film: 1935 <= film.year <= 1954,
        """Casablanca 1942|Rebecca 1940|The Philadelphia Story 1940|Notorious 1946|Brief Encounter 1946
        |The Lady Eve 1941|His Girl Friday 1940|The Shop Around the Corner 1940|To Have and Have Not 1944
        |Laura 1944|The Ghost and Mrs. Muir 1947|Adam's Rib 1949|Woman of the Year 1942
        |It Happened One Night 1934|Gilda 1946|Children of Paradise 1945|Beauty and the Beast 1946
        |Spring in a Small Town 1948|The Red Shoes 1948|Penny Serenade 1941|Random Harvest 1942""",
    ),
)


def seeded(stack: Stack, say: Callable[[str], None]) -> Table:
    """Loads the seed's films, ratings and model first."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("delete from content")
    seed(["all"], stack.database_url, None)
    return measure(stack, say)


def measure(stack: Stack, say: Callable[[str], None], personas: tuple[Persona, ...] = PERSONAS) -> Table:
    """A row for each persona."""
    text = f"Each rated {RATED} films 5. What shares a taste is in `bench/personas.py`."
    table = Table("Lists for six viewers", text, HEAD)
    films = catalogue(stack)
    for persona in personas:
        listed = [films[id] for id in recommendations(stack, persona, films)]
        sharing = sum(persona.shares_taste(film) for film in listed)
        less_rated = sum(not film.is_most_rated for film in listed)
        titles = ", ".join(f"{film.title} ({film.year})" for film in listed)
        table.rows.append((persona.name, sharing, less_rated, titles))
        say(str(table.rows[-1]))
    return table


def catalogue(stack: Stack) -> dict[str, Film]:
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute(FACTS).fetchall()
    return {
        id: Film(id, title, year or 0, lang or "", frozenset(genres), most)
        for id, title, year, lang, genres, most in rows
    }


def recommendations(stack: Stack, persona: Persona, films: dict[str, Film]) -> list[str]:
    """The ids of the first twenty recommendations of a new user who rated the persona's films."""
    client = signed_up(stack)
    if persona.is_kid:
        kid: Any = client.table("profiles").insert({"name": "Kid", "is_kids": True}).execute().data
        client.postgrest.headers["x-profile-id"] = kid[0]["id"]
    client.table("ratings").insert(
        [{"item_id": film, "rating": 5} for film in chosen(persona, films)]
    ).execute()
    rows: Any = client.rpc("get_recommendations", {"count": LISTED, "kind": "movie"}).execute().data
    return [row["id"] for row in rows]


def chosen(persona: Persona, films: dict[str, Film]) -> list[str]:
    """The first fifteen of the persona's films that the catalogue has. Raises LookupError for fewer."""
    by_name = {f"{film.title} {film.year}": film.id for film in films.values()}
    named = [" ".join(name.split()) for name in persona.rated.split("|")]
    found = [by_name[name] for name in named if name in by_name][:RATED]
    if len(found) < RATED:
        raise LookupError(f"{persona.name}: not in the catalogue: {[n for n in named if n not in by_name]}")
    return found


def signed_up(stack: Stack) -> Client:
    options = ClientOptions(httpx_client=httpx.Client(timeout=60))
    client = create_client(stack.url, stack.anon_key, options)
    client.auth.sign_up({"email": f"{uuid4()}@example.com", "password": f"Pa55 {uuid4()}"})
    return client


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    with temporary_stack.running(ROOT / ".local-quality") as stack:
        table = seeded(stack, console.print)
    REPORT.write_text(table.placed_in(REPORT.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
