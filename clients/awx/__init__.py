"""AWX's REST API."""
