"""People, tenants and owners of targets, as the record's files describe them."""
