"""Run nginx as a peer that stores files by PUT and serves them, with a port and folder of its own."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.ports import free_port, listening
from local.services import local_url

CONFIG = """
daemon off;
user root;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        dav_methods PUT;
        create_full_put_path on;
    }}
}}
"""


def program() -> str | None:
    """The path of an nginx that supports PUT, such as Debian's and Ubuntu's package nginx-light; or None."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if path is None:
        return None
    version = subprocess.run([path, "-V"], capture_output=True, text=True, check=True)
    return path if "http_dav_module" in version.stderr else None


@contextmanager
def running(program: str, folder: Path) -> Iterator[str]:
    """Run the nginx at the path `program` and yield its URL."""
    (folder / "files").mkdir(parents=True)
    port = free_port()
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port))
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        while not listening(port):
            if process.poll() is not None:
                raise RuntimeError(f"nginx ended: {(folder / 'error.log').read_text()}")
            time.sleep(0.05)
        yield local_url(port)
    finally:
        process.terminate()
        process.wait()
