"""The recommendation worker: keeps what is computed from ratings up to date. The computing is Postgres's."""
