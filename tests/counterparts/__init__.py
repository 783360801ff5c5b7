"""HyperDecks and a client of theirs that others wrote; packaging/counterparts runs this."""
