"""Measure the product and its peers on a separate stack: `make bench` writes RESULTS.md."""
