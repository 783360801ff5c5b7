"""vrmon.pair: etcd's members, the lease, and the other host's word."""
