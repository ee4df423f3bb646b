"""The privacy worker: erases accounts that are due, and what was kept for long enough."""
