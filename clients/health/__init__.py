"""Probes of what was deployed: an HTTP address that the catalogue names, or a query of Prometheus."""
