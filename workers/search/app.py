"""The Flask application."""

import os
import re
import time
import uuid
from collections import Counter
from http import HTTPStatus
from threading import Lock

from flask import Flask, Response, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from workers.common import logs
from workers.common.settings import load
from workers.search import views
from workers.search.catalog import Catalog
from workers.search.core import InvalidParameter, UnknownParameter
from workers.search.errors import ApiError, busy, invalid_parameter, unknown_parameter
from workers.search.metrics import Metrics
from workers.search.model import Model
from workers.search.settings import Settings
from workers.search.tokens import Tokens

LARGEST_BODY = 4 << 20
"""Bytes."""
THREADS_EACH = 8
"""Concurrent searches of one address."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


def create_app(settings: Settings | None = None, model: Model | None = None) -> Flask:
    settings = settings or load(Settings, os.environ)
    model = model or Model(settings.embedding_model_dir)
    metrics = Metrics(model.query.cache_info)
    catalog = Catalog(settings.rest_url or f"{settings.supabase_url}/rest/v1")
    services = views.Services(model, Tokens(settings), catalog, metrics, settings.metrics_token)

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = json_provider(app)
    app.register_blueprint(views.search(services))
    app.register_blueprint(views.probes(services))
    handle_errors(app)
    # First: a request that is refused for its concurrency has an id, a metric and a log line too.
    log_requests(app, metrics)
    limit_concurrency(app)
    return app


def json_provider(app: Flask) -> DefaultJSONProvider:
    """Keeps the order of keys and does not escape other scripts."""
    provider = DefaultJSONProvider(app)
    provider.sort_keys = provider.ensure_ascii = False
    return provider


def handle_errors(app: Flask) -> None:
    """Respond to every error in the same form, without internals."""

    @app.errorhandler(ApiError)
    def api(error: ApiError) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    @app.errorhandler(InvalidParameter)
    def invalid(error: InvalidParameter) -> tuple[Response, int]:
        refusal = unknown_parameter if isinstance(error, UnknownParameter) else invalid_parameter
        return api(refusal(error.field, str(error)))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        body = ApiError(status, error.name.lower().replace(" ", "_"), error.description or error.name).body
        response = jsonify(body)
        response.status_code = status
        response.headers.extend(
            (name, value) for name, value in error.get_headers() if name != "Content-Type"
        )
        return response

    @app.errorhandler(Exception)
    def unexpected(_: Exception) -> tuple[Response, int]:
        logs.error("request_failed", route=request.endpoint)
        return api(ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong here."))


def limit_concurrency(app: Flask) -> None:
    """Let one address use at most half of the threads, so that others can search beside slow searches."""
    running, lock = Counter[str](), Lock()

    @app.before_request
    def acquire() -> None:
        g.holder = None
        address = caller_address(request.headers)
        if request.path.startswith("/search/") and address:
            with lock:
                if running[address] >= THREADS_EACH:
                    raise busy()
                running[address] += 1
            g.holder = address

    @app.teardown_request
    def release(_: BaseException | None) -> None:
        if address := g.pop("holder", None):
            with lock:
                running[address] -= 1
                if not running[address]:
                    del running[address]


def caller_address(headers: Headers) -> str:
    """The caller's address, from the proxy's headers; empty without a proxy."""
    hops = headers.get("cf-connecting-ip") or headers.get("x-forwarded-for", "")
    return hops.rpartition(",")[2].strip()


def log_requests(app: Flask, metrics: Metrics) -> None:
    """Give every request an id, a metric and a log line. The line does not contain the query."""

    @app.before_request
    def begin() -> None:
        request_id = request.headers.get("x-request-id", "")
        g.request_id = request_id if REQUEST_ID.fullmatch(request_id) else str(uuid.uuid4())
        g.started = time.perf_counter()
        logs.ids.set({"request_id": g.request_id})

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.started
        response.headers["x-request-id"] = g.request_id
        route = request.endpoint or "unknown"
        metrics.requests.labels(route, response.status_code).observe(seconds)
        if request.path.startswith("/search/"):
            response.headers["Cache-Control"] = "private, no-store"
            response.vary.update(("Authorization", "apikey", "x-profile-id"))
        if not route.startswith("probes."):
            logs.info("request", route=route, status=response.status_code, ms=round(seconds * 1000, 1))
        return response
