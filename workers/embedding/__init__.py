"""The embedding worker: computes the embeddings of items whose text changed."""
