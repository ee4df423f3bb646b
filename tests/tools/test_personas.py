"""Two of the viewers of bench/personas.py get lists of their taste from the seed's films and ratings."""

import pytest

from bench.personas import LESS_RATED, PERSONAS, SHARING, measure
from local import temporary_stack
from local.settings import ROOT
from seed.__main__ import seed


@pytest.mark.soak
def test_viewers_with_a_narrow_taste_get_lists_of_it() -> None:
    chosen = tuple(persona for persona in PERSONAS if persona.name in ("science fiction", "Hindi cinema"))
    with temporary_stack.running(ROOT / ".local-personas") as stack:
        seed(["all"], stack.database_url, None)
        rows = measure(stack, lambda _: None, chosen).rows
    assert [row[0] for row in rows] == ["science fiction", "Hindi cinema"]
    for _, sharing, less_rated, titles in rows:
        assert int(str(sharing)) >= SHARING, titles
        assert int(str(less_rated)) >= LESS_RATED, titles
