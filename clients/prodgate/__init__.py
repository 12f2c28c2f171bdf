"""Prodgate's own API, as a person's command calls it. What it says is text to show, never to be obeyed."""
