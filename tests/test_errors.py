"""Errors are read-only values: a type, a stable code, an exit status, and what the command line prints."""

import contextlib
import copy
import importlib
import pickle
import pkgutil
import re
from collections.abc import Callable, Generator, Iterator

import pytest

import wtc
from tests.schemas import FOLDER, SCHEMAS
from wtc import errors
from wtc.artifacts.errors import MissingInitialStateError
from wtc.errors import Exit, InternalError, InterruptedByUserError, NotFoundError, PortTakenError, WtcError
from wtc.model.diagnostic import Diagnostic, FailedContainer
from wtc.sandbox.runner import CommandNotStartedError

FAILED = FailedContainer(service="web", name="p_web", state="exited", exit_status=3, health="")
FULL = WtcError(
    "it failed",
    causes=["a cause"],
    hints=["to see it, run `wtc ps`"],
    detail="a line",
    diagnostics=[Diagnostic(message="here")],
    notes=["a note"],
    warnings=[Diagnostic(message="earlier")],
    containers=[FAILED],
)
KINDS: list[WtcError] = [
    FULL,
    NotFoundError("no such image", status=404, hints=["a hint"]),
    PortTakenError("taken", ports=[80], status=500, causes=["bind"]),
    MissingInitialStateError("a.b", "no value"),
    CommandNotStartedError("npm", FileNotFoundError(2, "No such file or directory")),
]


def subclasses(kind: type[WtcError]) -> list[type[WtcError]]:
    """The direct subclasses in the package, by name."""
    own = [one for one in kind.__subclasses__() if one.__module__.partition(".")[0] == wtc.__name__]
    return sorted(own, key=lambda one: one.__name__)


def all_kinds(kind: type[WtcError] = WtcError) -> Iterator[type[WtcError]]:
    """A class and all classes below it."""
    yield kind
    for one in subclasses(kind):
        yield from all_kinds(one)


def tree_lines(kind: type[WtcError], indent: str = "") -> Iterator[str]:
    """The classes below a class, drawn as a tree."""
    below = subclasses(kind)
    for one in below:
        last = one is below[-1]
        yield f"{indent}{'└── ' if last else '├── '}{one.__name__}"
        yield from tree_lines(one, indent + ("    " if last else "│   "))


def copied(error: WtcError) -> WtcError:
    """A copy of the error."""
    return copy.copy(error)


def pickled(error: WtcError) -> WtcError:
    """The error, pickled and unpickled."""
    return pickle.loads(pickle.dumps(error))


@pytest.fixture(scope="module", autouse=True)
def _whole_package() -> None:
    for module in pkgutil.walk_packages(wtc.__path__, "wtc."):
        if module.name != "wtc.__main__":
            importlib.import_module(module.name)


@pytest.mark.parametrize(
    "name",
    [
        *("args", "code", "exit_status", "message", "causes", "hints"),
        *("detail", "diagnostics", "notes", "warnings", "containers"),
    ],
)
def test_field_cannot_be_assigned(name: str) -> None:
    before = getattr(FULL, name)
    with pytest.raises(AttributeError, match=f"`{name}` of an error is read-only"):
        setattr(FULL, name, ("other",))
    assert getattr(FULL, name) == before


@pytest.mark.parametrize(
    ("error", "name"), [(KINDS[1], "status"), (KINDS[2], "ports"), (KINDS[3], "item_name"), (KINDS[4], "exit_status")]
)
def test_field_of_subclass_cannot_be_assigned(error: WtcError, name: str) -> None:
    with pytest.raises(AttributeError, match="read-only"):
        setattr(error, name, 0)


def test_error_passes_through_a_context_manager() -> None:
    @contextlib.contextmanager
    def passing() -> Generator[None]:
        yield

    with pytest.raises(WtcError, match="it failed") as raised, passing():
        raise FULL.replace()
    raised.value.add_note("a note of Python")


@pytest.mark.parametrize("error", KINDS, ids=lambda error: type(error).__name__)
def test_replaced_error_keeps_all_else(error: WtcError) -> None:
    reason = OSError("reason")
    with pytest.raises(WtcError) as raised:
        raise error.replace() from reason
    before = dict(vars(raised.value))
    other = raised.value.replace(hints=("to retry, run `wtc up`",))
    assert type(other) is type(error)
    assert vars(other) == {**before, "hints": ("to retry, run `wtc up`",)}
    assert (str(other), other.code, other.exit_status) == (str(error), error.code, error.exit_status)
    assert other.__cause__ is reason
    assert other.__traceback__ is raised.value.__traceback__
    assert vars(raised.value) == before


def test_replaced_exit_status_is_that_of_the_new_error_only() -> None:
    error = InterruptedByUserError("interrupted")
    assert error.replace(exit_status=Exit.TERMINATED).exit_status == Exit.TERMINATED
    assert error.exit_status == InterruptedByUserError.exit_status == Exit.INTERRUPTED


@pytest.mark.parametrize("error", KINDS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [copied, pickled])
def test_error_can_be_copied_and_pickled(error: WtcError, again: Callable[[WtcError], WtcError]) -> None:
    other = again(error)
    assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))


def test_internal_error_names_the_type_and_not_the_text() -> None:
    error = InternalError.caused_by(KeyError("secret"))
    assert error.message == "internal error: KeyError; please report this with the output of `--debug`"
    assert (error.code, error.exit_status) == ("internal", Exit.BUG)


def test_each_class_has_a_code_that_no_other_class_has() -> None:
    kinds = list(all_kinds())
    assert [one.__name__ for one in kinds if "code" not in vars(one)] == []
    assert len({one.code for one in kinds}) == len(kinds)
    assert [one.code for one in kinds if not re.fullmatch("[a-z]+(_[a-z]+)*", one.code)] == []


def test_schema_lists_the_codes() -> None:
    assert SCHEMAS["defs"]["$defs"]["error"]["properties"]["code"]["enum"] == sorted(k.code for k in all_kinds())


def test_table_of_codes_describes_each_class() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8").partition("## Codes of errors")[2]
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", text, flags=re.MULTILINE)
    expected = sorted(
        (one.code, str(int(one.exit_status)), (one.__doc__ or "").partition("\n")[0]) for one in all_kinds()
    )
    assert rows == expected


def test_module_shows_the_tree_of_errors() -> None:
    assert "\n".join(["WtcError", *tree_lines(WtcError), ""]) in (errors.__doc__ or "")
