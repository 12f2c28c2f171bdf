"""Keys in the record, and the signatures that they prove."""
