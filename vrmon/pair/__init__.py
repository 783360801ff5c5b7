"""The lease of a pair in etcd, what both hosts share there, and the other host's word."""
