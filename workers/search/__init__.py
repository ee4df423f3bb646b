"""The search worker: search by meaning over HTTP, and the one process that holds the embedding model."""
