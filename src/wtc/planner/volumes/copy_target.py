"""The volume that a copy's marker or container belongs to, by name and label. Pure."""

from wtc import labels as label
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.observed import ObservedContainer, ObservedVolume


def copy_target(thing: "ObservedVolume | ObservedContainer") -> str:
    """Return the target volume of a marker or of a copy's container; empty for other objects."""
    target = thing.labels.get(label.COPY, "")
    return target if label.managed(thing.labels) and thing.name.startswith(copy_prefix(target)) else ""


def copy_prefix(target: str) -> str:
    return f"{target}_copying_"
