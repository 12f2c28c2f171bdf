"""GitLab's REST API, as far as test evidence needs it."""
