"""gunicorn's settings: one process, since it holds the model, with threads that wait for the catalogue."""

from workers.common import logs

workers = 1
worker_class = "gthread"
threads = 16
timeout = 120
"""Seconds, that a first start may download the model in."""
graceful_timeout = 8
keepalive = 130
"""Longer than a proxy in front keeps its connections, so that it never writes into a closed one."""
limit_request_line = 0
"""None: a thousand characters beyond ASCII are longer than gunicorn's highest. The proxy has its own."""
control_socket_disable = True
logconfig_dict = {
    **logs.CONFIG,
    "loggers": {
        **logs.CONFIG["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
    },
}
