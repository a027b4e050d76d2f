"""Every error that `wtc.artifacts` raises on purpose.

ArtifactError
├── InvalidContentError             stored content does not fit the declared type
├── JournalError                    an unfinished commit cannot be read or finished
├── MissingAccessibleError          an object or collection does not exist
├── MissingInitialStateError        a field without default has no initial state
├── NotMountedError                 an item is used before it is mounted or synced
├── OutsideRootError                a path leads out of the mounted root
├── UnreachableWorktreeAction       a method for a kind that the item does not claim
└── WrongAccessibleTypeException    an object where a collection is expected, or the reverse
"""

from wtc.errors import WtcError


class ArtifactError(WtcError):
    """A state tree cannot be declared, read or written."""

    code = "artifact"


class InvalidContentError(ArtifactError):
    """Stored content does not fit the declared type."""

    code = "invalid_content"


class JournalError(ArtifactError):
    """The journal of an unfinished commit cannot be read, or its changes cannot be made."""

    code = "journal"


class MissingAccessibleError(ArtifactError):
    """The object or collection does not exist."""

    code = "missing_accessible"


class MissingInitialStateError(ArtifactError):
    """A field without default has no initial state.

    `item_name` is the dotted path of the item from the mounted tree; `reason` is the message without it, which names
    the fields.
    """

    code = "missing_initial_state"

    def __init__(self, item_name: str, message: str) -> None:
        super().__init__(f"{item_name}: {message}")
        self.item_name = item_name
        self.reason = message


class NotMountedError(ArtifactError):
    """The item has no collection yet: it is not mounted, or was never synced."""

    code = "not_mounted"


class OutsideRootError(ArtifactError):
    """The path leads out of the mounted root, or names what the root keeps for itself."""

    code = "outside_root"


class UnreachableWorktreeAction(ArtifactError):  # noqa: N818 - the interface fixes the name
    """The method is for a kind of accessible that the item does not claim."""

    code = "unreachable_action"


class WrongAccessibleTypeException(ArtifactError):  # noqa: N818 - the interface fixes the name
    """The path names an object where a collection is expected, or a collection where an object is."""

    code = "wrong_accessible_type"
