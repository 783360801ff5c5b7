"""One HTTP exchange, bounded in time and size, over TCP, TLS or a Unix socket."""
