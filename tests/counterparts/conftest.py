"""Only where the programs of others are: packaging/counterparts fetches them and sets the stage."""

from __future__ import annotations

import os

if "VRMON_COUNTERPARTS" not in os.environ:
    collect_ignore_glob = ["test_*.py"]
