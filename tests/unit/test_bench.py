"""Figures that the benches compute, checked on hand-worked lists; and the synthetic data of the benches."""

import http.server
import threading
from collections.abc import Iterator
from math import log2

import numpy as np
import pytest

from bench import lists, million
from bench.drive import RefusedError, drive, post
from bench.table import exponent
from bench.vectors import filled

KNOWN = np.array([[5.0, 0, 0, 0], [4, 3, 0, 0]])
HIDDEN = np.array([[0.0, 4, 0, 2], [0, 0, 0, 0]])
LISTED = np.array([[2, 1], [3, -1]])


def test_ndcg_and_recall_skip_users_without_hidden_items() -> None:
    best = 1 + 1 / log2(3)
    assert lists.ndcg(LISTED, HIDDEN) == pytest.approx((1 / log2(3)) / best)
    assert lists.recall(LISTED, HIDDEN) == pytest.approx(1 / 2)


def test_coverage_is_the_share_of_rated_films() -> None:
    assert lists.coverage(LISTED, KNOWN) == pytest.approx(1 / 2)
    assert lists.coverage(np.array([[0, 1]]), KNOWN) == 1


def test_novelty_is_higher_for_films_with_few_ratings() -> None:
    assert lists.novelty(np.array([[0, -1], [1, -1]]), KNOWN) == pytest.approx((0 + 1) / 2)


def test_diversity_ignores_films_without_a_vector() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 0]], dtype=np.float32)
    assert lists.diversity(np.array([[0, 1, 3]]), vectors) == pytest.approx(1)
    assert lists.diversity(np.array([[0, 2, -1], [1, 2, -1]]), vectors) == pytest.approx((0.4 + 0.2) / 2)
    assert np.isnan(lists.diversity(np.array([[3, -1]]), vectors))


def test_quality_slices_are_by_number_of_known_ratings() -> None:
    rows = lists.by_slice({"ours": LISTED}, KNOWN, HIDDEN)
    assert rows[0] == ("raters", 2, 0, 0, 0)
    assert rows[1][0] == "ours" and rows[1][2:] == ("", "", "")


def test_synthetic_vectors_are_repeatable_and_near_the_real_ones() -> None:
    real = np.eye(384, dtype=np.float32)[:30]
    synthetic = filled(real, 50)
    assert np.array_equal(synthetic, filled(real, 50))
    assert np.linalg.norm(synthetic, axis=1) == pytest.approx(1, abs=1e-5)
    assert (synthetic @ real.T).max(axis=1).min() > 0.5


def test_synthetic_ratings_are_repeatable_whole_stars() -> None:
    pairs = np.array([[user, film] for user in range(1, 40) for film in range(1, 30)])
    values = million.stars(pairs)
    assert set(values) <= {1, 2, 3, 4, 5} and len(set(values)) > 2
    assert np.array_equal(values, million.stars(pairs))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"2\r\n[]\r\n0\r\n\r\n")
        else:
            self.send_response(403 if self.path == "/refused" else 200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_drive_records_one_response_per_request(url: str) -> None:
    requests = [[post(url, path, "key", "token", {"q": 'a+b & "ü"'})] * 3 for path in ("/plain", "/chunked")]
    done = drive(url, requests)
    assert [len(mine) for mine in done.milliseconds] == [3, 3]
    assert done.seconds > 0


def test_drive_stops_at_a_refused_request(url: str) -> None:
    with pytest.raises(RefusedError):
        drive(url, [[post(url, "/refused", "key", "token", {})]])


def test_growth_exponent_of_a_power_law_is_exact() -> None:
    assert exponent([10, 100, 1000], [3 * size**0.5 for size in (10, 100, 1000)]) == pytest.approx(0.5)
