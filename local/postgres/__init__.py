"""Postgres: its binaries, its data directory, the platform's schemas, the project's migrations."""
