"""The embedding worker: gives items whose text changed the vector of their meaning."""
