"""Patches: strategic merge by the schema of each kind, and JSON patches (RFC 6902)."""
