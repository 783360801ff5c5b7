"""What has to be the same on both hosts of a pair, as a fingerprint of it."""

from __future__ import annotations

import hashlib
import json

from vrmon.settings import DeviceSettings, Settings

_ALIKE = ("system", "insecure", "sha256:")


def fingerprint(settings: Settings) -> str:
    """Of the channels, the devices and how takes are begun and ended; no password is in it."""
    told = {
        "primaries": [_device(one) for _, one in sorted(settings.primaries.items())],
        "dvrs": [_device(one) for _, one in sorted(settings.dvrs.items())],
        "channels": [
            [one.name, one.primary, one.ingest, one.dvr, one.source, one.spare] for one in settings.channels
        ],
        "sync": vars(settings.sync),
        "pair": None if settings.pair is None else [settings.pair.site, settings.pair.ttl],
    }
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]


def _device(one: DeviceSettings) -> list[object]:
    """A CA may lie elsewhere on the other host."""
    tls = one.tls if one.tls.startswith(_ALIKE) else "CA"
    return [one.name, one.kind, one.url, one.poll_interval, one.timeout, tls, list(one.options)]
