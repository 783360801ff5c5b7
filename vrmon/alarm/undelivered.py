"""Why a message did not reach anybody."""

from __future__ import annotations


class Undelivered(Exception):
    """The text follows the name of the way, "refused the connection", and quotes nothing secret."""
