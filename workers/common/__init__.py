"""Modules that several workers use."""
