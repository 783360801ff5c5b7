"""A simulated HyperDeck."""
