"""The portraits worker: publishes people's pictures, re-encoded, in the place of what they uploaded."""
