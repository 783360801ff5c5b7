"""vrmon as an installed service of a booted Debian: `packaging/system-tests/run`."""
