"""A Softron MovieRecorder on a Mac: a recorder."""
