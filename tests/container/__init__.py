"""vrmon as a container: `packaging/docker/verify`."""
