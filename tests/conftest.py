"""What holds for every test: a slow machine fails nobody, and a run tries what the run before tried.

VRMON_EXAMPLES=N tries N random examples of everything that Hypothesis draws, others each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("usual", settings.get_profile("patient"), derandomize=True)
settings.load_profile("usual")
if "VRMON_EXAMPLES" in os.environ:
    settings.register_profile(
        "search", settings.get_profile("patient"), max_examples=int(os.environ["VRMON_EXAMPLES"])
    )
    settings.load_profile("search")
