"""A stand-in for AWX over real HTTP, for demos and tests."""
