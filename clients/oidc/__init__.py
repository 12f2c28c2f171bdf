"""OpenID Connect as a command on a person's machine speaks it: a public client without a secret (RFC 8252)."""
