"""What holds for every test: a slow machine fails nobody."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("vrmon", deadline=None)
settings.load_profile("vrmon")
