"""The registry and the settings of the user who runs the command."""

from collections.abc import Mapping
from contextlib import suppress

from wtc.dataclass import dataclass, field, replace
from wtc.errors import ComposeFileError, RegistryError, WtcError
from wtc.events import Note, Reporter, warn
from wtc.model.diagnostic import Diagnostic
from wtc.orchestrator.context.target import Target, project_file_settings
from wtc.registry.store import Store
from wtc.settings.settings import FILE_KEYS, MEM_LIMIT, OVERSUBSCRIBE, Settings, config_dir, load_settings
from wtc.settings.toml_files import Section
from wtc.static_typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from wtc.model.project import Project
    from wtc.registry.stack_records import StackRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class UserState:
    """The state of wtc itself: the registry and the settings."""

    store: Store
    settings: Settings
    """The settings without those of the compose file's `x-wtc:`."""
    environment: Mapping[str, str] = field(repr=False)
    given: Mapping[str, str]
    """The settings of the command line: key -> text."""
    project_file: Section | None = None
    """The settings of the worktree's `wtc.toml`."""

    def settings_for(self, project: "Project") -> Settings:
        """Return the settings with those of the project's `x-wtc:`.

        Raises:
            ComposeFileError: it has a value that is not valid.
        """
        return self.settings_with(_section(project))

    def settings_with(self, section: Section) -> Settings:
        """Return the settings with those of an `x-wtc:`.

        Raises:
            ComposeFileError: it has a value that is not valid.
        """
        return load_settings(self.environment, command_line=self.given, project=section, project_file=self.project_file)


def open_user_state(target: Target, report: Reporter, *, given: Mapping[str, str] | None = None) -> UserState:
    """Open the registry and the settings of this user. `given`: the settings of the command line, key -> text.

    Raises:
        UsageError: a setting has a value that is not valid.
    """
    store = Store(config_dir(target.environment), waiting=lambda line: report(Note(text=line)))
    project_file = None
    with suppress(WtcError):  # `locate` raises it, for the commands that need the file
        project_file = project_file_settings(target)
    settings = load_settings(target.environment, command_line=given, project_file=project_file)
    return UserState(
        store=store,
        settings=settings,
        environment=target.environment,
        given=given or {},
        project_file=project_file,
    )


def for_dry_run(state: UserState) -> UserState:
    """Return the same state for a dry run, which writes none of it."""
    from wtc.registry.dry_run_store import DryRunStore

    return replace(state, store=DryRunStore(config_dir(state.environment)))


def with_label_fallback(state: UserState, report: Reporter, *, is_known: "Callable[[], bool]") -> UserState:
    """Return the state for a command that continues without a registry if labels describe its stack (`is_known`)."""
    from wtc.registry.fallback_store import FallbackStore

    def failed(error: RegistryError) -> None:
        warn(report, ": ".join([error.message, *error.causes]) + "; only labels are used")

    store = FallbackStore(
        config_dir(state.environment),
        is_known=is_known,
        report=failed,
        waiting=lambda line: report(Note(text=line)),
    )
    return replace(state, store=store)


def command_line_settings(*, oversubscribe: bool, mem_limit: str = "") -> dict[str, str]:
    """Return the settings of the command line, as `open_user_state` takes them."""
    given = {MEM_LIMIT.key: mem_limit, OVERSUBSCRIBE.key: "true" if oversubscribe else ""}
    return {key: text for key, text in given.items() if text}


def read_registry(state: UserState, report: Reporter) -> "StackRecords":
    """Return the registry; report why its file cannot be used."""
    records = state.store.read()
    for text in records.warnings:
        warn(report, text)
    if records.refusal is not None:
        reason = ": ".join([records.refusal.message, *records.refusal.causes])
        warn(report, f"{reason}; only labels are used")
    return records


def update_registry(state: UserState, report: Reporter, change: "Callable[[StackRecords], None]") -> None:
    """Change the registry, or warn that it cannot be written: for commands that labels suffice for."""
    try:
        with state.store.transaction() as records:
            change(records)
    except RegistryError as error:
        warn(report, ": ".join([error.message, *error.causes]))


def _section(project: "Project") -> Section:
    """Return the project's `x-wtc:` with the place of each key."""
    values = project.extension
    if values is None:
        return Section()
    if not isinstance(values, Mapping):
        found = Diagnostic(
            message="`x-wtc` is not a mapping of settings",
            position=project.positions.get(("x-wtc",)),
            path=("x-wtc",),
            hint="to cap memory, write `x-wtc: {mem_limit: 512m}`",
        )
        raise ComposeFileError(found.message, diagnostics=[found])
    named = cast("Mapping[str, object]", values)
    settings = {key: value for key, value in named.items() if key not in FILE_KEYS}
    places = {key: position for key in settings if (position := project.positions.get(("x-wtc", key)))}
    return Section(values=settings, positions=places)
