"""What vrmon must still know after a crash: one JSON document, in a folder that one vrmond holds."""

from vrmon.state.store import Loaded, StateStore

__all__ = ["Loaded", "StateStore"]
