"""Names the environment variables of settings, for commands too that read no settings."""

PREFIX = "PRODGATE_"


def variable(name: str) -> str:
    """The environment variable of a field of `Settings`."""
    return PREFIX + name.upper()
