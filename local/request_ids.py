"""The form of request ids, which are copied into logs and headers."""

PATTERN = "[A-Za-z0-9._:/+=-]{1,128}"
"""Any other id of a caller is replaced. The audit log stores as many characters."""
