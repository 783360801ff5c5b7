"""A message as JSON to an address of the site's, and the sign of life for a dead-man's switch."""

from __future__ import annotations

from http.client import HTTPException
from typing import Any

import requests

from vrmon import __version__
from vrmon.alarm.undelivered import Undelivered
from vrmon.errors import CertificateRefused
from vrmon.net.failures import FOREIGN, explain

_PATIENCE = 15.0
_HEADERS = {"User-Agent": f"vrmon/{__version__}", "Accept-Encoding": "identity"}


def carry(order: dict[str, Any]) -> None:
    """A POST of the document, or a GET where there is none. A proxy of the environment is used."""
    document, url = order["document"], order["known"]["url"]
    method = "GET" if document is None else "POST"
    try:
        with requests.Session() as session:
            answer = session.request(
                method, url, json=document, headers=_HEADERS, timeout=_PATIENCE, stream=True,
                allow_redirects=False,
            )  # fmt: skip
            status = answer.status_code
            answer.close()  # nobody wants its body, however it drips
    except FOREIGN as error:
        kind, text = explain(_innermost(error), "", _PATIENCE, 0)
        untrusted = "shows a certificate that is not trusted"
        raise Undelivered(untrusted if kind is CertificateRefused else text) from None
    if not 200 <= status < 300:
        raise Undelivered(f"answered with status {status}")


def _innermost(error: Exception) -> Exception:
    """What it came from: the library calls every failure to connect a timeout as well."""
    inner = error.__cause__ or error.__context__
    while inner is not None and not isinstance(inner, OSError | HTTPException):
        inner = inner.__cause__ or inner.__context__
    return error if inner is None else _innermost(inner)
