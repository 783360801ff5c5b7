"""Self-signed certificates, as the devices come with them; made with the `openssl` command."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """`path` holds the certificate alone (it can be a CA file); `fingerprint` is its SHA-256, AB:CD:…"""

    path: Path
    key: Path
    fingerprint: str

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context


def make_certificate(folder: Path, *, address: str = "") -> Certificate:
    """A new one in `folder`. `address` is the IP address it names; the devices' own name none."""
    path, key = folder / "certificate.pem", folder / "key.pem"
    name = ["-subj", "/CN=simulated device"]
    name += ["-addext", f"subjectAltName=IP:{address}"] if address else []
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "3650"]
    files = ["-keyout", str(key), "-out", str(path)]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", *kind, *name, *files], check=True, capture_output=True
    )
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(path.read_text())).hexdigest().upper()
    return Certificate(path, key, ":".join(digest[place : place + 2] for place in range(0, 64, 2)))
