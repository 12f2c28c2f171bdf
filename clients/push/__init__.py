"""Web push: messages to browsers, by whatever push service each of them names (RFC 8030)."""
