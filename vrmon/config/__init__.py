"""vrmon.toml and the environment: read, checked, remembered and edited.

Nothing else of vrmon knows how the configuration is written.
"""

from vrmon.config.document import text_of
from vrmon.config.edited import (
    channel_names,
    channel_of,
    put_channel,
    put_device,
    remove_channel,
    rewrite,
    set_tls,
)
from vrmon.config.environment import Directories
from vrmon.config.last_good import fall_back, recall, remember
from vrmon.config.reading import parse

__all__ = [
    "Directories",
    "channel_names",
    "channel_of",
    "fall_back",
    "parse",
    "put_channel",
    "put_device",
    "recall",
    "remember",
    "remove_channel",
    "rewrite",
    "set_tls",
    "text_of",
]
