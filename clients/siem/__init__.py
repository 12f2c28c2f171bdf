"""Systems that watch what is done: each takes batches of events, over a protocol of its own."""
