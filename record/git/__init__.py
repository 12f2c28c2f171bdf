"""Git as the record's storage: commits go in, durable revisions come out, remotes follow."""
