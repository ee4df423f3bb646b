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
class Services:
    model: Model
    tokens: Tokens
    catalog: Catalog
    metrics: Metrics
    metrics_token: str | None


def search(services: Services) -> Blueprint:
    views = Blueprint("search", __name__)

    @views.get("/search/semantic")
    def semantic() -> Response:
        caller = services.tokens.caller(request.headers)
        query = read_query(once(request.args.items(multi=True), SEMANTIC))
        understanding = services.catalog.understand(caller, query.text, None, g.request_id)
        with services.metrics.embedding.labels("query").time():
            embedding = services.model.query(normal(understanding.corrected))
        return jsonify(services.catalog.match(caller, query, embedding, g.request_id))

    @views.get("/search/content")
    def content() -> Response:
        caller = services.tokens.caller(request.headers)
        search = read_search(once(request.args.items(multi=True), CONTENT))
        embedding = None
        if search.text:
            ignored = search.arguments.get("ignore")
            understanding = services.catalog.understand(caller, search.text, ignored, g.request_id)
            if text := normal(understanding.text):
                with services.metrics.embedding.labels("query").time():
                    embedding = services.model.query(text)
        return jsonify(services.catalog.search(caller, search, embedding, g.request_id))

    @views.get("/search/openapi.json")
    def description() -> Response:
        return jsonify(openapi.document())

    @views.post("/embed")
    def embed() -> Response:
        if not services.tokens.is_service(request.headers):
            raise not_service()
        try:
            texts = read_texts(request.get_json())
        except RecursionError as error:
            raise BadRequest from error
        with services.metrics.embedding.labels("batch").time():
            embeddings = services.model.embed(texts)
        return jsonify(model=services.model.name, embeddings=embeddings)

    return views


def probes(services: Services) -> Blueprint:
    views = Blueprint("probes", __name__)

    @views.get("/healthz")
    def healthz() -> Response:
        """The process runs and has loaded the model."""
        return jsonify(status="ok", model=services.model.name)

    @views.get("/readyz")
    def readyz() -> Response:
        """The process runs and the catalogue responds."""
        if not services.catalog.is_available():
            raise unavailable("The catalogue")
        return jsonify(status="ok")

    @views.get("/metrics")
    def metrics() -> Response:
        if not may_read(request.headers.get("Authorization", ""), services.metrics_token):
            raise no_metrics()
        return Response(services.metrics.text(), content_type=CONTENT_TYPE_LATEST)

    return views
