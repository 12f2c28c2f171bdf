"""Webhooks of tenants: signed as Standard Webhooks says, sent to judged addresses alone."""
