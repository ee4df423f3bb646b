"""A proxy to the gateway that can cut a connection in the middle of a request."""

import socket
import threading
from urllib.parse import urlsplit

PIECE = 65_536


class WeakLine:
    """Forwards all bytes; after `cut_after(bytes)` it cuts one connection when so many have been sent."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._target = (place.hostname, place.port)
        self._left: int | None = None
        self.cuts = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_after(self, sent: int) -> None:
        with self._lock:
            self._left, self.cuts = sent, 0

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            threading.Thread(target=self._pass, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        """Forward until one side closes, then close both."""
        try:
            while piece := source.recv(PIECE):
                allowed = self._allowed(len(piece)) if counts else len(piece)
                target.sendall(piece[:allowed])
                if allowed < len(piece):
                    break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if counts:
            return
        source.close()
        target.close()

    def _allowed(self, size: int) -> int:
        with self._lock:
            if self._left is None:
                return size
            allowed = min(size, self._left)
            self._left -= allowed
            if allowed < size:
                self._left = None
                self.cuts += 1
            return allowed
