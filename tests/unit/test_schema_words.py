"""sql/schema/ spells PostgreSQL's definitions in a short, equivalent form."""

import pytest

from tools.schema import words


@pytest.mark.parametrize(
    ("stored", "readable"),
    [
        ("CHECK (kind = ANY (ARRAY['Movie'::text, 'book'::text]))", "check (kind in ('Movie', 'book'))"),
        (
            "CHECK (rating >= 0.5::double precision AND rating <= 5.0::double precision)",
            "check (rating between 0.5 and 5.0)",
        ),
        ("CHECK (length(name) >= 1 AND length(name) <= 100)", "check (length(name) between 1 and 100)"),
        ("CHECK (a >= 1 AND b <= 100)", "check (a >= 1 and b <= 100)"),
        ("CHECK ((a IS NULL) = (b IS NULL))", "check ((a is null) = (b is null))"),
        ("FOREIGN KEY (id) REFERENCES public.items(id)", "foreign key (id) references public.items (id)"),
        ("CHECK (note <> 'IT''S ANY (ARRAY'::text)", "check (note <> 'IT''S ANY (ARRAY')"),
        (
            'CREATE INDEX a ON public.t USING btree ("left"(x, 1) DESC)',
            "create index a on public.t (left(x, 1) desc)",
        ),
        ("x = '{}'::text[]", "x = '{}'::text[]"),
        ("timestamp with time zone[]", "timestamptz[]"),
        ("with (m='16', fillfactor=50)", "with (m = 16, fillfactor = 50)"),
    ],
)
def test_schema_expression_is_shortened_with_the_same_meaning(stored: str, readable: str) -> None:
    assert words.readable(stored) == readable


def test_long_schema_expression_is_wrapped_outside_of_quotes() -> None:
    quoted = "'" + "a, b and c " * 9 + "'"
    lines = words.broken(f"check (kind in ({quoted}, {quoted}, 'c') and x > 1)")
    assert " ".join(lines) == f"check (kind in ({quoted}, {quoted}, 'c') and x > 1)"
    assert all(line.count("'") % 2 == 0 for line in lines) and len(lines) > 1


def test_long_string_literal_is_split_into_equivalent_pieces() -> None:
    text = "it's one, " * 40
    pieces = words.literal(text).split("\n")
    assert all(len(piece) <= words.WIDTH + 2 for piece in pieces)
    assert "".join(piece[1:-1] for piece in pieces).replace("''", "'") == text
