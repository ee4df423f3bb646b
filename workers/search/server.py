"""gunicorn's settings: one process, because it holds the model, with threads that wait for the catalogue."""

from workers.common import logs

workers = 1
worker_class = "gthread"
threads = 16
timeout = 120
"""Seconds; a first start may have to download the model."""
graceful_timeout = 8
keepalive = 130
"""Seconds; longer than a proxy keeps its connections, so that it never writes to a closed one."""
limit_request_line = 0
"""0: no limit. A thousand characters beyond ASCII exceed gunicorn's highest; the proxy has its own limit."""
control_socket_disable = True
logconfig_dict = {
    **logs.CONFIG,
    "loggers": {
        **logs.CONFIG["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
    },
}
