"""The OpenAPI document of this service; the limits are those of core."""

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
    "404": "A parameter names a row that does not exist.",
    "429": "Too many requests; wait for the seconds in Retry-After.",
    "503": "The catalogue does not answer.",
}
ALIAS = "another name of count"
SIZE = {"type": "integer", "minimum": 1, "maximum": MOST_RESULTS}
ABOUT = {
    "kind": "movie, tv_show, sports or book; by default all of them",
    "genre": "a genre's slug",
    "language": "ISO 639 code of an item's language",
    "year_from": "not before this year",
    "year_to": "not after this year",
    "tier": "free or premium: the tier that can play an item",
    "count": "the page size",
    "cursor": "next_cursor of the previous page",
    "sort": "popularity, year, rating or title; by default relevance",
    "ignore": "what is not to be understood, separated by commas, such as people,years",
}
TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY}
RESULTS = {"type": "array", "items": {"type": "object"}}
SEARCH_ID = {
    "type": ["string", "null"],
    "format": "uuid",
    "description": "for record_search_click; null on a later page, and where the search is not recorded",
}


def document() -> Json:
    """Describes the routes for clients, and /embed for the workers."""
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
        _parameter("q", "the query", TEXT, required=True),
        _parameter("kind", "the kind of items", {"type": "string", "enum": list(KINDS), "default": "movie"}),
        _parameter("count", "the most results", SIZE),
        _parameter("limit", ALIAS, SIZE),
        _parameter(
            "threshold", "the least similarity, by default 0", {"type": "number", "minimum": 0, "maximum": 1}
        ),
    ]
    result = {
        "type": "object",
        "required": ["results", "search_id"],
        "properties": {"results": RESULTS, "search_id": SEARCH_ID},
    }
    return _operation("The items most similar in meaning to a query.", result, parameters=parameters)


def _content() -> Json:
    parameters = [_parameter("q", "the query; not required with a filter or sort", TEXT)]
    parameters += [_parameter(name, ABOUT[name], {"type": "string"}) for name in ARGUMENTS]
    parameters.append(_parameter("limit", ALIAS, {"type": "string"}))
    result = {
        "type": "object",
        "required": ["results", "total", "facets", "understood", "next_cursor", "search_id"],
        "properties": {"search_id": SEARCH_ID},
    }
    return _operation("search_content with the embedding of the query.", result, parameters=parameters)


def _embed() -> Json:
    texts = {"type": "array", "maxItems": MOST_TEXTS, "items": {"type": "string", "maxLength": LONGEST_TEXT}}
    body = {"type": "object", "required": ["texts"], "properties": {"texts": texts}}
    vectors = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
    result = {
        "type": "object",
        "required": ["model", "embeddings"],
        "properties": {"model": {"type": "string"}, "embeddings": vectors},
    }
    operation = _operation("The embeddings of texts; only for the service role.", result)
    operation["requestBody"] = {"required": True, "content": _as_json(body)}
    for status, meaning in (("413", "The body is too large."), ("415", "The body is not JSON.")):
        operation["responses"][status] = _refusal(meaning)
    return operation


def _operation(summary: str, result: Json, **more: Any) -> Json:
    responses = {status: _refusal(meaning) for status, meaning in REFUSALS.items()}
    success = {"description": "The result.", "content": _as_json(result)}
    return {"summary": summary, "responses": {"200": success, **responses}, **more}


def _refusal(meaning: str) -> Json:
    return {"description": meaning, "content": _as_json({"$ref": "#/components/schemas/Error"})}


def _as_json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _parameter(name: str, description: str, schema: Json, required: bool = False) -> Json:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}
