"""The audit trail: who did, tried or was refused what, in a Git repository of its own."""
