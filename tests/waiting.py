"""Waiting with a limit, as the tests of the stack do."""

from local.tests.waiting import until

__all__ = ["until"]
