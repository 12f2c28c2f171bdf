"""The form of the files: a ticket's text, written and read."""
