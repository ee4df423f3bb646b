"""Search worker and gateway accept the same request ids."""

from local import request_ids
from workers.search import app


def test_search_worker_accepts_the_same_request_ids_as_the_gateway() -> None:
    assert app.REQUEST_ID.pattern == request_ids.PATTERN
