"""Names that tests of the product share; the fixtures of the stack are in conftest.py at the root."""

from local.temporary_stack import Stack
from tests.project import copied

__all__ = ["Stack", "copied"]
