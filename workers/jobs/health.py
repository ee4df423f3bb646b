"""/healthz and /metrics of the jobs process, served from a thread of its own."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from workers.common import logs
from workers.common.metrics import may_read

PLAIN = "text/plain; charset=utf-8"


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/healthz":
                self._healthz()
            case "/metrics":
                self._metrics()
            case _:
                self._respond(HTTPStatus.NOT_FOUND, b"not found\n")

    def _healthz(self) -> None:
        if self.server.healthy():
            self._respond(HTTPStatus.OK, b"ok\n")
        else:
            self._respond(HTTPStatus.SERVICE_UNAVAILABLE, b"the worker does not answer\n")

    def _metrics(self) -> None:
        if not may_read(self.headers.get("Authorization", ""), self.server.metrics_token):
            return self._respond(HTTPStatus.UNAUTHORIZED, b"METRICS_TOKEN as Authorization: Bearer\n")
        try:
            self._respond(HTTPStatus.OK, generate_latest(self.server.registry), CONTENT_TYPE_LATEST)
        except psycopg.Error as error:
            away = isinstance(error, psycopg.OperationalError)
            log = logs.warning if away else logs.error
            log("metrics_unavailable", error=type(error).__name__)
            self._respond(HTTPStatus.SERVICE_UNAVAILABLE, b"the database does not answer\n")

    def _respond(self, status: HTTPStatus, body: bytes, kind: str = PLAIN) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: probes would fill the log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        registry: CollectorRegistry,
        healthy: Callable[[], bool],
        metrics_token: str | None,
    ) -> None:
        super().__init__(address, Handler)
        self.registry, self.healthy, self.metrics_token = registry, healthy, metrics_token

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="health", daemon=True).start()
