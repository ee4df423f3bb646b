"""The process that runs the jobs of all queues, with a health check and metrics."""
