"""Whom to trust: what a device's `tls` setting means, and what its certificate is.

`tls` is "system", "insecure", "sha256:AB:CD:…" (this certificate and no other) or the path of a CA file.
"""

from __future__ import annotations

import hashlib
import ssl
from typing import Any

from urllib3.util.ssl_ import create_urllib3_context

from vrmon.net.sockets import Budget, BudgetTlsSocket, connect

PIN = "sha256:"


def context_for(tls: str) -> ssl.SSLContext:
    """A context to be made once and shared by a device's threads: filling one takes 30 ms.

    OSError when the CA file cannot be used.
    """
    verified = tls != "insecure" and not tls.startswith(PIN)
    # Not ssl.create_default_context(): with this one urllib3 checks names and IP addresses itself.
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if verified else ssl.CERT_NONE)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = BudgetTlsSocket
    if tls == "system":
        context.load_default_certs()
    elif verified:
        context.load_verify_locations(cafile=tls)
    return context


def pool_options(tls: str, context: ssl.SSLContext) -> dict[str, Any]:
    """What a urllib3 pool must be told so that it adds no trust of its own."""
    return {
        "ssl_context": context,
        "cert_reqs": context.verify_mode,
        "ca_certs": None,
        "assert_fingerprint": tls[len(PIN) :] if tls.startswith(PIN) else None,
    }


def peer_fingerprint(dial: str, host: str, port: int, seconds: float) -> str:
    """The SHA-256 of the certificate that the peer shows, "AB:CD:…". OSError when it shows none."""
    budget = Budget()
    budget.start(seconds, 0)
    with (
        connect(dial, port, budget) as sock,
        context_for("insecure").wrap_socket(sock, server_hostname=host) as tls_sock,
    ):
        certificate = tls_sock.getpeercert(binary_form=True)
    if certificate is None:
        raise OSError("no certificate was shown")
    return hashlib.sha256(certificate).digest().hex(":").upper()
