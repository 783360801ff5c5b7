"""vrmon keeps a backup recorder in step with a primary ingest."""

__version__ = "1.1.0"
