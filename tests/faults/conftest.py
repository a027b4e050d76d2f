"""The fixtures of the end-to-end tests."""

from tests.e2e.conftest import client, witness, workshop

__all__ = ["client", "witness", "workshop"]
