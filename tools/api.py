"""Document the API's functions as Markdown, from the headers and signatures in sql/rpc."""

import json
import re
from collections.abc import Iterator
from itertools import groupby

from tools import migration
from tools.source import CUT, NO_CONTENT, SECTIONS, Source, complete, header, read

SIGNATURE = re.compile(r"^create or replace function public\.(.*?)\nlanguage ", re.DOTALL | re.MULTILINE)


def sources() -> list[Source]:
    return [read(path, text) for path, text in migration.sources().items()]


def markdown() -> str:
    functions = sorted((s for s in sources() if s.folder == "rpc"), key=lambda s: (s.domain, s.name))
    domains = [(domain, list(group)) for domain, group in groupby(functions, lambda s: s.domain)]
    lines = [line for domain, group in domains for line in _domain(domain, group)]
    return "\n".join([*contents(domains), *lines])


def contents(domains: list[tuple[str, list[Source]]]) -> Iterator[str]:
    """The table of contents: each function with the first sentence of its header."""
    for domain, functions in domains:
        yield f"**{domain.capitalize()}**\n"
        for function in functions:
            sentence = re.match(r".*?\.(?=\s|$)", header(function).description)
            yield f"- [{function.name}](#{function.name}): {sentence[0] if sentence else ''}"
        yield ""


def _domain(domain: str, functions: list[Source]) -> Iterator[str]:
    yield f"## {domain.capitalize()}\n"
    for function in functions:
        yield from function_page(function)


def function_page(source: Source) -> Iterator[str]:
    head = header(source)
    signature = SIGNATURE.search(source.text)
    returns, raises, roles, example, response = (head.sections.get(section, "") for section in SECTIONS)
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
    yield from _response(response)


def _response(text: str) -> Iterator[str]:
    """Indented JSON; for a void function a sentence."""
    if text == NO_CONTENT:
        yield f"Example response: `{NO_CONTENT}`.\n"
    else:
        shown = json.dumps(json.loads(complete(text)), indent=2, ensure_ascii=False)
        yield f"Example response:\n\n```json\n{shown.replace(CUT, '…')}\n```\n"
