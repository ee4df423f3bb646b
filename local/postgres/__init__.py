"""Postgres: programs, data directory, the platform's schemas, the project's migrations."""
