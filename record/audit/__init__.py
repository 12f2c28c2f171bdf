"""The offline audit of a clone, and the check before a merge."""
