"""The env files of services: each is read once, and parsed once if its values depend on nothing else. Pure."""

from wtc.compose.interpolation.template import SubstitutionBudget
from wtc.dataclass import dataclass, field
from wtc.model.position import Position

MAX_VARIABLES = 500_000
"""Maximum number of variables that the env files of all services define."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEnvFile:
    """The variables of an env file, and the position of each."""

    values: dict[str, str] = field(repr=False)
    positions: dict[str, Position] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class EnvFileCache:
    """The env files that were read, by path, and what all services together have taken from them."""

    contents: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    parsed: dict[tuple[str, bool], ParsedEnvFile] = field(default_factory=dict[tuple[str, bool], ParsedEnvFile])
    """(path, whether it is in the raw format) -> the file, if no value of it depends on other variables."""
    work: SubstitutionBudget = field(default_factory=SubstitutionBudget)
    variables: int = 0
