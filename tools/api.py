"""The API's functions as Markdown, from the headers and signatures of sql/rpc."""

import re
from collections.abc import Iterator
from itertools import groupby

from tools import migration
from tools.source import SECTIONS, Header, Source, header, read

SIGNATURE = re.compile(r"^create or replace function public\.(.*?)\nlanguage ", re.DOTALL | re.MULTILINE)


def sources() -> list[Source]:
    return [read(path, text) for path, text in migration.sources().items()]


def markdown() -> str:
    functions = sorted((s for s in sources() if s.folder == "rpc"), key=lambda s: (s.domain, s.name))
    lines = [
        line for domain, group in groupby(functions, lambda s: s.domain) for line in _domain(domain, group)
    ]
    return "\n".join(lines)


def _domain(domain: str, functions: Iterator[Source]) -> Iterator[str]:
    yield f"## {domain.capitalize()}\n"
    for function in functions:
        yield from _function(function, header(function))


def _function(source: Source, head: Header) -> Iterator[str]:
    signature = SIGNATURE.search(source.text)
    returns, raises, roles, example = (head.sections.get(section, "") for section in SECTIONS)
    call = example.replace(" ", "\n\n", 1)
    yield f"### {source.name}\n"
    yield f"{head.description}\n"
    yield f"```sql\n{signature[1] if signature else source.name}\n```\n"
    if head.parameters:
        yield "| parameter | meaning |\n|---|---|"
        yield from (f"| `{name}` | {meaning} |" for name, meaning in head.parameters.items())
        yield ""
    yield f"- Returns {returns}"
    yield f"- Raises {raises}"
    yield f"- Roles: {roles}\n"
    yield f"```http\nPOST /rest/v1/{call}\n```\n"
