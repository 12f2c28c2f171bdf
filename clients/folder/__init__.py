"""The folder that checkpoints are put into."""
