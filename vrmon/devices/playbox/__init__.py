"""A PlayBox ingest: a primary."""
