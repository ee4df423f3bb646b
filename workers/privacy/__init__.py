"""The privacy worker: erases accounts that are due, and deletes rows after their retention period."""
