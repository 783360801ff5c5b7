"""For the tests of the configuration: a small one, and how it is read or refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from vrmon.config import parse, text_of
from vrmon.errors import ConfigError
from vrmon.settings import Settings

DEVICES = """\
[primary.playbox]
url = "https://10.1.83.21:4230"
[dvr.movierecorder]
url = "http://10.1.85.53:8080"
"""
CHANNEL = """\
[[channel]]
name = "PCR 1"
ingest = "9c64992cff3a4a3fa3c635bb7d9b6071"
source = "4XT00292 - 0"
"""


def load(file: Path, environ: Mapping[str, str]) -> Settings:
    return parse(text_of(file), file, environ)


def read(folder: Path, text: str | bytes, environ: Mapping[str, str] | None = None) -> Settings:
    file = folder / "vrmon.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(file, environ or {})


def complaints(folder: Path, text: str | bytes, environ: Mapping[str, str] | None = None) -> list[str]:
    """What `text` is refused for, with the name of its folder left out."""
    with pytest.raises(ConfigError) as caught:
        read(folder, text, environ)
    return [complaint.replace(f"{folder}/", "") for complaint in caught.value.complaints]
