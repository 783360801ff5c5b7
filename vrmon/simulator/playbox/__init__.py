"""A simulated PlayBox: its ingests, and the jobs that come and go."""
