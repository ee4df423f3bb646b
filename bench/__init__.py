"""Measurements beside peers, on a stack of their own: `make bench` writes RESULTS.md."""
