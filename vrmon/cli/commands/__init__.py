"""One file for each command, named as the command; each has `run`, which returns the exit status."""
