"""The threads of one device, and what they saw."""
