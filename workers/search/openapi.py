"""What this service answers, as an OpenAPI document; the limits are those that core checks."""

from typing import Any

from workers.search.core import ARGUMENTS, KINDS, LONGEST_QUERY, LONGEST_TEXT, MOST_RESULTS, MOST_TEXTS

Json = dict[str, Any]

ERROR = {
    "type": "object",
    "required": ["code", "message", "details", "hint"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "details": {},
        "hint": {"type": ["string", "null"]},
    },
}
REFUSALS = {
    "400": "A parameter is invalid or unknown; details.field names it.",
    "401": "No key or token, or one that is not valid.",
    "403": "The caller may not do this.",
    "404": "What a parameter names is not there.",
    "429": "Too many requests; Retry-After says for how many seconds.",
    "503": "The catalogue does not answer.",
}
ALIAS = "another name of count"
SIZE = {"type": "integer", "minimum": 1, "maximum": MOST_RESULTS}
ABOUT = {
    "kind": "movie, tv_show, sports or book; none: all of them",
    "genre": "a genre's slug",
    "language": "ISO 639 code of an item's language",
    "year_from": "not before this year",
    "year_to": "not after this year",
    "tier": "free or premium: what it takes to play it",
    "count": "how many a page",
    "cursor": "next_cursor of the page before",
}
TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY}
RESULTS = {"type": "array", "items": {"type": "object"}}


def document() -> Json:
    """Of the routes that clients reach and of /embed, which workers do."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CineFluent search",
            "version": "1",
            "description": "Search by text, as the caller.",
        },
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "apikey": {"type": "apiKey", "in": "header", "name": "apikey"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"apikey": []}, {"token": []}],
        "paths": {
            "/search/semantic": {"get": _semantic()},
            "/search/content": {"get": _content()},
            "/embed": {"post": _embed()},
        },
    }


def _semantic() -> Json:
    parameters = [
        _parameter("q", "what to search for", TEXT, required=True),
        _parameter("kind", "what to find", {"type": "string", "enum": list(KINDS), "default": "movie"}),
        _parameter("count", "how many at most", SIZE),
        _parameter("limit", ALIAS, SIZE),
        _parameter("threshold", "how similar at least", {"type": "number", "minimum": 0, "maximum": 1}),
    ]
    answer = {"type": "object", "required": ["results"], "properties": {"results": RESULTS}}
    return _operation("What is nearest in meaning to a text.", answer, parameters=parameters)


def _content() -> Json:
    parameters = [_parameter("q", "what to search for", TEXT, required=True)]
    parameters += [_parameter(name, ABOUT[name], {"type": "string"}) for name in ARGUMENTS]
    parameters.append(_parameter("limit", ALIAS, {"type": "string"}))
    answer = {"type": "object", "required": ["results", "total", "facets", "next_cursor"]}
    return _operation("search_content with the text's vector.", answer, parameters=parameters)


def _embed() -> Json:
    texts = {"type": "array", "maxItems": MOST_TEXTS, "items": {"type": "string", "maxLength": LONGEST_TEXT}}
    body = {"type": "object", "required": ["texts"], "properties": {"texts": texts}}
    vectors = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
    answer = {
        "type": "object",
        "required": ["model", "embeddings"],
        "properties": {"model": {"type": "string"}, "embeddings": vectors},
    }
    operation = _operation("The vectors of texts; for the service alone.", answer)
    operation["requestBody"] = {"required": True, "content": _as_json(body)}
    for status, meaning in (("413", "The body is too large."), ("415", "The body is no JSON.")):
        operation["responses"][status] = _refusal(meaning)
    return operation


def _operation(summary: str, answer: Json, **more: Any) -> Json:
    responses = {status: _refusal(meaning) for status, meaning in REFUSALS.items()}
    found = {"description": "What was found.", "content": _as_json(answer)}
    return {"summary": summary, "responses": {"200": found, **responses}, **more}


def _refusal(meaning: str) -> Json:
    return {"description": meaning, "content": _as_json({"$ref": "#/components/schemas/Error"})}


def _as_json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _parameter(name: str, description: str, schema: Json, required: bool = False) -> Json:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}
