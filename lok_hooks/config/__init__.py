"""The edge to lok.toml."""
