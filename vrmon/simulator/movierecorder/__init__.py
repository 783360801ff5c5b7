"""A simulated MovieRecorder, and the people who use it."""
