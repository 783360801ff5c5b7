"""A pair of vrmond hosts and a witness, in network namespaces of their own, and what befalls them."""
