"""Facts that the branch, its people and its signatures give together: requesters, lines, owners."""
