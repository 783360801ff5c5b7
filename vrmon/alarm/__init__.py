"""Somebody is told: a process of its own that asks vrmond and outlives it, and tells people of what lasts."""
