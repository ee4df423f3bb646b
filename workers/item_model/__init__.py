"""The item model: which items are liked together, computed from what people liked."""
