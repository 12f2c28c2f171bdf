"""The documentation site: its configuration, its generated pages, and what holds it."""
