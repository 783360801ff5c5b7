"""vrmond put together: the loop, what it shows, systemd, the journal (`python3 -m vrmon.daemon`)."""
