"""The REST server: a small Rust crate around Postrust, and its build."""
