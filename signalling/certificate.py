"""The server's own TLS certificate, read again when its files change.

Connections that are open go on with the certificate they began with. What is in the files and
cannot be served is refused, and the one before stays.
"""

import asyncio
import logging
import os
import ssl
from pathlib import Path

from cryptography import x509

LOOK_S = 10.0
"""Between two looks at the files."""
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secret and authenticated (RFC 9325), as all of TLS 1.3 are."""

log = logging.getLogger(__name__)


class CertificateError(Exception):
    """The files cannot be served; one line says why."""


class Certificate:
    """`context` is to serve with, for as long as the server runs."""

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        """Raises CertificateError."""
        self._files = (cert_file, key_file)
        self._looked_at = self._stamp()
        self.context, self.ends_at = _load(*self._files)
        self._current = self.context
        self.context.sni_callback = self._choose
        self.is_refused = False
        """What is in the files now is not what is served."""

    async def keep(self) -> None:
        """Look at the files from time to time, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Take what is in the files, where they have changed."""
        if self._stamp() != self._looked_at:
            self.read()

    def read(self) -> None:
        """Take what is in the files. Where that fails, what was served stays."""
        self._looked_at = self._stamp()
        try:
            self._current, self.ends_at = _load(*self._files)
        except CertificateError as error:
            self.is_refused = True
            log.error("the certificate is not taken, the one before stays reason=%s", error)
        else:
            self.is_refused = False
            log.warning("a certificate was read")

    def _choose(self, handshake: ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
        handshake.context = self._current

    def _stamp(self) -> tuple[object, ...]:
        """Another one as soon as a file, or what a link names, is another."""
        return tuple(map(_stamp, self._files))


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        found = os.stat(file)
    except OSError as error:
        return (error.errno or 0,)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _load(cert_file: Path, key_file: Path) -> tuple[ssl.SSLContext, float]:
    """A context, and when its certificate ends. Raises CertificateError."""
    for file in (cert_file, key_file):
        try:
            file.read_bytes()
        except OSError as error:
            raise CertificateError(f"{file}: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(cert_file, key_file, password=_no_password)
        chain = x509.load_pem_x509_certificates(cert_file.read_bytes())
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise CertificateError(f"{cert_file} and {key_file}: {_reason(error)}") from error
    return context, chain[0].not_valid_after_utc.timestamp()


def _no_password() -> str:
    raise ValueError("a key with a password, which nobody is here to enter")


def _reason(error: Exception) -> str:
    """OpenSSL's words, without the file and line in its source."""
    said = error.reason if isinstance(error, ssl.SSLError) else str(error)
    return (said or "not PEM of a certificate and its key").replace("_", " ")
