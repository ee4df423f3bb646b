"""Viewers who search, watch and rate over a simulated month: `make simulate`."""
