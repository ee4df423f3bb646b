"""The routes."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import BadRequest

from workers.common.metrics import may_read
from workers.search import openapi
from workers.search.catalog import Catalog
from workers.search.core import CONTENT, SEMANTIC, normal, once, read_query, read_search, read_texts
from workers.search.errors import no_metrics, not_service, unavailable
from workers.search.metrics import Metrics
from workers.search.model import Model
from workers.search.tokens import Tokens


@dataclass(frozen=True)
class Parts:
    model: Model
    tokens: Tokens
    catalog: Catalog
    metrics: Metrics
    metrics_token: str | None


def search(parts: Parts) -> Blueprint:
    views = Blueprint("search", __name__)

    @views.get("/search/semantic")
    def semantic() -> Response:
        caller = parts.tokens.caller(request.headers)
        query = read_query(once(request.args.items(multi=True), SEMANTIC))
        with parts.metrics.embedding.labels("query").time():
            embedding = parts.model.query(query.text)
        return jsonify(results=parts.catalog.match(caller, query, embedding, g.request_id))

    @views.get("/search/content")
    def content() -> Response:
        caller = parts.tokens.caller(request.headers)
        search = read_search(once(request.args.items(multi=True), CONTENT))
        with parts.metrics.embedding.labels("query").time():
            embedding = parts.model.query(normal(search.text))
        return jsonify(parts.catalog.search(caller, search, embedding, g.request_id))

    @views.get("/search/openapi.json")
    def description() -> Response:
        return jsonify(openapi.document())

    @views.post("/embed")
    def embed() -> Response:
        if not parts.tokens.is_service(request.headers):
            raise not_service()
        try:
            texts = read_texts(request.get_json())
        except RecursionError as error:
            raise BadRequest from error
        with parts.metrics.embedding.labels("batch").time():
            embeddings = parts.model.embed(texts)
        return jsonify(model=parts.model.name, embeddings=embeddings)

    return views


def probes(parts: Parts) -> Blueprint:
    views = Blueprint("probes", __name__)

    @views.get("/healthz")
    def healthz() -> Response:
        """The process is up and has the model."""
        return jsonify(status="ok", model=parts.model.name)

    @views.get("/readyz")
    def readyz() -> Response:
        """And the catalogue answers."""
        if not parts.catalog.answers():
            raise unavailable("The catalogue")
        return jsonify(status="ok")

    @views.get("/metrics")
    def metrics() -> Response:
        if not may_read(request.headers.get("Authorization", ""), parts.metrics_token):
            raise no_metrics()
        return Response(parts.metrics.text(), content_type=CONTENT_TYPE_LATEST)

    return views
