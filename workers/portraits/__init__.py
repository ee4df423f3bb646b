"""The portraits worker: publishes re-encoded copies of the pictures that users uploaded."""
