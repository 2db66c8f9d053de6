"""coturn as a process of its own on loopback: TURN by UDP, TCP and TLS."""

import asyncio
import base64
import datetime
import hashlib
import ipaddress
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.eventually import eventually
from tests.peers.ports import free_port

HOST = "127.0.0.1"
SECRET = "shared between servers"
STOP_S = 10.0


class Coturn:
    """`await start()`, then `urls`; the directory gets its certificate and its log."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.port = free_port()
        self.tls_port = free_port()
        self.spki = ""
        self._process: asyncio.subprocess.Process | None = None

    @property
    def urls(self) -> dict[str, str]:
        """One address for each way to it."""
        return {
            "udp": f"turn:{HOST}:{self.port}?transport=udp",
            "tcp": f"turn:{HOST}:{self.port}?transport=tcp",
            "tls": f"turns:{HOST}:{self.tls_port}?transport=tcp",
        }

    async def start(self) -> None:
        program = shutil.which("turnserver")
        assert program is not None, "this test needs coturn: apt-get install coturn"
        self.spki = make_certificate(self._directory)
        (self._directory / "turnserver.conf").write_text(self._configuration())
        with (self._directory / "coturn.out").open("wb") as out:
            self._process = await asyncio.create_subprocess_exec(
                program, "-c", str(self._directory / "turnserver.conf"), stdout=out, stderr=out
            )
        await eventually("coturn listens", self._listens, 30)

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), STOP_S)

    def log(self) -> str:
        return (self._directory / "coturn.out").read_text(errors="replace")

    async def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, f"coturn ended:\n{self.log()}"
        try:
            _, writer = await asyncio.open_connection(HOST, self.tls_port)
        except OSError:
            return False
        writer.close()
        return True

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"listening-ip={HOST}",
                f"relay-ip={HOST}",
                f"listening-port={self.port}",
                f"tls-listening-port={self.tls_port}",
                "realm=turn.test",
                "use-auth-secret",
                f"static-auth-secret={SECRET}",
                f"cert={self._directory / 'cert.pem'}",
                f"pkey={self._directory / 'key.pem'}",
                f"userdb={self._directory / 'turndb'}",
                f"pidfile={self._directory / 'turnserver.pid'}",
                "allow-loopback-peers",
                f"allowed-peer-ip={HOST}",
                "denied-peer-ip=0.0.0.0-255.255.255.255",
                "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "no-cli",
                "no-dtls",
                "log-file=stdout",
                "verbose",
                "",
            ]
        )


def make_certificate(directory: Path, *, days: float = 1) -> str:
    """A self-signed certificate for loopback; its key's SHA-256, as Chromium wants it told."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "turn.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False
        )
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding
    (directory / "cert.pem").write_bytes(certificate.public_bytes(encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(
        encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(public).digest()).decode()
