"""Puts processes together: what a worker registers, channels, logs, HTTP, health."""
