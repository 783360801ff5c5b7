"""A simulated OBS Studio."""
