"""The fixture of these tests."""

from tests.mutations.scene import scene

__all__ = ["scene"]
