"""The search worker: semantic search over HTTP. The only process that loads the embedding model."""
