"""The item model: weights between items, computed from all positive feedback."""
