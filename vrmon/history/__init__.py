"""The book of what was recorded, what is missing and why: written by the daemon, read by whoever asks."""
