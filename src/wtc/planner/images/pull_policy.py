"""Pull policies with an interval: `daily`, `weekly`, `every_<duration>`. Source: compose-spec, `pull_policy`."""

import re

REQUESTED = "requested"
"""The policy of an image that the command line asks for, whatever the file says: as `always`, for another cause."""
_DAY_S = 86_400
_NAMED = {"daily": _DAY_S, "weekly": 7 * _DAY_S}
_EVERY = "every_"
_UNITS_S = {"w": 7 * _DAY_S, "d": _DAY_S, "h": 3600, "m": 60, "s": 1}
_PART = r"(\d+(?:\.\d+)?)([wdhms])"


def pull_interval_s(policy: str) -> float | None:
    """Return how old the last pull may be, in seconds; None for a policy without an interval."""
    if policy.startswith(_EVERY):
        return sum(float(number) * _UNITS_S[unit] for number, unit in re.findall(_PART, policy.removeprefix(_EVERY)))
    return _NAMED.get(policy)


def has_digest(reference: str) -> bool:
    """Return whether a reference names a digest, so that a later pull cannot change the image."""
    return "@" in reference
