"""A certificate for TLS in tests."""

import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path) -> Path:
    """A certificate for `localhost`, with its key, in one file; the certificate alone is beside it, in `.crt`."""
    path = folder / "both.pem"
    arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    arguments += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", f"{path}.crt"]
    try:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path
