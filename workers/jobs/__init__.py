"""The process that works off the queue, all queues of it, and tells how it is doing."""
