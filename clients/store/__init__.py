"""An object store: a folder, S3, Google Cloud Storage or Azure."""
