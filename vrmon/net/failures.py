"""The one map from what the HTTP, TLS and socket libraries raise to vrmon's own errors."""

from __future__ import annotations

import http.client
import socket
import ssl

import urllib3.exceptions
from urllib3.util.ssl_match_hostname import CertificateError

from vrmon.errors import BadAnswer, CertificateRefused, DeviceError, Unreachable
from vrmon.net.body import Garbled
from vrmon.net.sockets import TooLong

FOREIGN = (
    OSError,  # sockets, TLS, and every exception of requests
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    TooLong,
    ValueError,
    # The libraries' own slips on hostile headers: a Content-Type that ends in "; charset" is one.
    AttributeError,
    LookupError,
    TypeError,
)
"""Whatever a request can raise; `explain` has an answer to each."""

_NOT_HTTP = "answered something that is not HTTP. Is its url right?"

_OLD_TLS = {
    "NO_PROTOCOLS_AVAILABLE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "WRONG_SSL_VERSION",
}
"""OpenSSL's reasons where the device knows no version of TLS that we take."""

# The first row that fits anything in the chain of causes wins, so the special stand before the general.
_MEANINGS: tuple[tuple[type[BaseException], type[DeviceError], str], ...] = (
    (TooLong, BadAnswer, "sent more than {limit} bytes"),
    (Garbled, BadAnswer, "compressed its answer, unasked and in a way that cannot be undone"),
    (TimeoutError, Unreachable, "did not answer within {seconds:g} s"),
    (urllib3.exceptions.TimeoutError, Unreachable, "did not answer within {seconds:g} s"),
    (socket.gaierror, Unreachable, "has a name that cannot be resolved: {why}"),
    (ConnectionRefusedError, Unreachable, "refused the connection"),
    (CertificateError, CertificateRefused, "shows a certificate for another name or address{trust}"),
    (
        ssl.SSLCertVerificationError,
        CertificateRefused,
        "shows a certificate that is not trusted: {why}{trust}",
    ),
    (ssl.SSLEOFError, Unreachable, "broke off the TLS connection"),
    (ssl.SSLZeroReturnError, Unreachable, "broke off the TLS connection"),
    (ssl.SSLError, Unreachable, "does not agree on TLS: {why}"),
    (
        urllib3.exceptions.SSLError,
        CertificateRefused,
        "shows another certificate than the trusted one{trust}",
    ),
    (http.client.RemoteDisconnected, Unreachable, "closed the connection without an answer"),
    (http.client.IncompleteRead, Unreachable, "cut its answer short"),
    (ConnectionError, Unreachable, "broke off the connection"),
    (OSError, Unreachable, "cannot be reached: {why}"),
    (http.client.HTTPException, BadAnswer, _NOT_HTTP),
    (UnicodeError, Unreachable, "has a name that is not valid"),
    (ValueError, BadAnswer, _NOT_HTTP),
    (Exception, BadAnswer, _NOT_HTTP),
)


def explain(error: Exception, trust: str, seconds: float, limit: int) -> tuple[type[DeviceError], str]:
    """The kind of our error for one of FOREIGN, and its text, to follow the device's name. `trust`: what to
    do where its certificate is not trusted.

    The text never quotes the libraries', which hold whole URLs; only what the system and OpenSSL say.
    """
    causes = _causes(error)
    kind, text, cause = next(
        (kind, text, cause) for meaning, kind, text in _MEANINGS for cause in causes if _is(cause, meaning)
    )
    advice = f". {trust}" if trust else ""
    return kind, text.format(trust=advice, seconds=seconds, limit=limit, why=why(cause))


def _is(cause: BaseException, meaning: type[BaseException]) -> bool:
    """An OSError is the system's word where it bears a number; the libraries' own wrap anything."""
    return isinstance(cause, meaning) and (
        meaning is not OSError or getattr(cause, "errno", None) is not None
    )


def _causes(error: BaseException) -> list[BaseException]:
    """The error and whatever it wraps, the innermost first."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, BaseException) and not any(item is seen for seen in found):
            found.append(item)
            waiting += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
    return found[::-1]


def why(cause: BaseException) -> str:
    """What the system or OpenSSL says of the cause, in their words."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError) and cause.reason in _OLD_TLS:
        return (
            "it knows none above TLS 1.1, which is not safe any more. Update it, or let it serve plain http"
        )
    if isinstance(cause, ssl.SSLError):
        reason = (cause.reason or "no reason given").replace("_", " ").lower()
        return f"{reason}. Is https:// in its url right?"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__
