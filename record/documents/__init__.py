"""Keeps the templates of documents in the record: a version is the commit that last changed one."""
