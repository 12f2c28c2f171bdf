"""The index of the branch: every list, search and comparison reads it."""
