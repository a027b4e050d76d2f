"""The context of a command: worktree, settings, registry, project and engine, each read on demand and cached."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from time import monotonic
from types import TracebackType

from wtc.errors import ConflictError, WtcError
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.observed import EngineListing, Observed, ObservedContainer
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Located, Place, Target, locate
from wtc.orchestrator.context.user_state import UserState, for_dry_run, open_user_state, with_label_fallback
from wtc.static_typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.parallel import Ahead
    from wtc.orchestrator.context.project import ProjectReader
    from wtc.orchestrator.kept.build_indexes import BuildIndexes
    from wtc.orchestrator.kept.kept_results import KeptResults

IN_FLIGHT_S = 1.0
"""How long the end of a command waits for answers that it does not need, rather than to close the connection."""


class Context:
    """The worktree, settings, registry, project, engine, namespace and snapshot of one command.

    Reading a part can raise at its first use. Leave the context to close the engine's connection.
    """

    def __init__(
        self,
        target: Target,
        report: Reporter,
        *,
        given: Mapping[str, str] | None = None,
        creates: bool = False,
        dry_run: bool = False,
        offline: bool = False,
        containers_alone: bool = False,
    ) -> None:
        """`given` are settings of the command line: key -> text.

        A command that `creates` objects or leases ports gives the worktree an id if it has none. A `dry_run` writes
        nothing to the registry. An `offline` command does not ask the engine: the registry has the namespace. A command
        that needs `containers_alone` does not list the engine's other objects, unless they decide which stack is meant.
        """
        self.target, self.report = target, report
        self.creates, self.dry_run, self.offline = creates and not dry_run, dry_run, offline
        self._given = given
        self._containers_alone = containers_alone
        self._open = ExitStack()
        self._engine_ahead: Ahead[Engine] | None = None
        self._listing_ahead: Ahead[EngineListing] | None = None
        self._ahead: list[Ahead[Any]] = []
        """Requests that may still be in flight."""
        self._is_left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None and "namespace" in self.__dict__:
            self.keep_place(self.namespace)
            if not self.dry_run and "build_indexes" in self.__dict__:
                self.build_indexes.keep(self.state.store, self.namespace.name)
        end_s = monotonic() + IN_FLIGHT_S
        for ahead in self._ahead:
            ahead.wait(max(0.0, end_s - monotonic()))
        self._is_left = True
        self._open.close()

    @cached_property
    def located(self) -> Located:
        """Return the worktree and the paths of its compose files."""
        return locate(self.target)

    @cached_property
    def place(self) -> Place:
        """Return the worktree and the project folder: kept ones, if nothing that they follow from has changed."""
        if self.dry_run or "located" in self.__dict__:
            return self.located
        return self.kept.place() or self.located

    def keep_place(self, namespace: Namespace) -> None:
        """Keep the place for later commands, if it had to be located."""
        if not self.dry_run and {"place", "located"} <= self.__dict__.keys():
            self.kept.keep(namespace.name, self.located)

    @cached_property
    def kept(self) -> "KeptResults":
        """Return the kept results of the stack that the command line means."""
        from wtc.orchestrator.kept.kept_results import KeptResults

        return KeptResults(self.target, self.state)

    @cached_property
    def build_indexes(self) -> "BuildIndexes":
        """Return the indexes of the build contexts of the stack."""
        from wtc.orchestrator.kept.build_indexes import BuildIndexes

        return BuildIndexes(self.state.store, self.namespace.name)

    @cached_property
    def state(self) -> UserState:
        """Return the registry and the settings."""
        state = open_user_state(self.target, self.report, given=self._given)
        return for_dry_run(state) if self.dry_run else state

    @cached_property
    def projects(self) -> "ProjectReader":
        """Return the reader of the compose project."""
        from wtc.orchestrator.context.project import ProjectReader

        return ProjectReader(self.located)

    @cached_property
    def engine(self) -> "Engine":
        """Return the engine.

        Raises:
            EngineUnreachableError: no engine answers.
        """
        return self._engine_ahead.result() if self._engine_ahead else self._open_engine()

    def _open_engine(self) -> "Engine":
        engine = self._open.enter_context(open_engine(self.target))
        if self._is_left:
            self._open.close()
        return engine

    @property
    def host(self) -> str:
        """Return the host of published ports; this machine, if the command is offline."""
        return "127.0.0.1" if self.offline else self.engine.host

    @cached_property
    def listing(self) -> EngineListing:
        """Return the listing of everything on the engine."""
        if ahead := self._listing_ahead:
            self._listing_ahead = None
            return ahead.result()
        return self._list(self.engine)

    def _list(self, engine: "Engine") -> EngineListing:
        from wtc.engine.observe.snapshot import list_containers_alone, list_engine

        return list_containers_alone(engine) if self._containers_alone else list_engine(engine)

    @cached_property
    def namespace(self) -> Namespace:
        """Return the namespace of the worktree's stack; `up` and `run` claim it instead."""
        place, state = self.place, self.state
        if self.offline:
            return namespace_for(place, state, None, self.report)
        if self._containers_alone and (known := self._namespace_by_containers()):
            return known
        engine = self.engine
        return namespace_for(place, state, engine, self.report, listing=self.listing, create=self.creates)

    def _namespace_by_containers(self) -> Namespace | None:
        """Return the namespace if the registry has no other one here and it has containers: then it is certain."""
        from wtc.planner.observed.observed_stack import own_containers

        # Also empty if the registry cannot be used, whose reason must be reported once only.
        recorded = [record.namespace for record in self.state.store.peek().of_worktree(self.place.worktree)]
        if len(recorded) == 1:
            with suppress(ConflictError):
                found = namespace_for(self.place, self.state, self.engine, self.report, listing=self.listing)
                if recorded == [found.name] and own_containers(self.listing, found):
                    return found
        self._containers_alone = False
        self.forget_snapshot()
        return None

    @cached_property
    def observed(self) -> Observed:
        """Return the snapshot of the stack. It stays the same until `forget_snapshot`."""
        from wtc.engine.observe.snapshot import observe

        namespace = self.namespace
        return observe(self.engine, namespace, listing=self.listing)

    @cached_property
    def observed_as_listed(self) -> Observed:
        """Return the snapshot without an inspection of each container, for a command that only removes them."""
        from wtc.planner.observed.observed_stack import observed_stack

        namespace = self.namespace
        return observed_stack(self.listing, namespace, api_version=self.engine.api_version)

    @property
    def listed(self) -> list[ObservedContainer]:
        """Return the stack's containers, sorted, as the listing shows them: without an inspection of each."""
        from wtc.planner.observed.observed_stack import own_containers

        namespace = self.namespace
        return sorted(own_containers(self.listing, namespace), key=lambda c: (c.service, c.number, c.name))

    def claim(self, namespace: Namespace) -> None:
        """Use this namespace from now on."""
        self.namespace = namespace
        self.__dict__.pop("observed", None)

    def forget_snapshot(self) -> None:
        """Observe the engine again at the next use: the command has changed it, or has waited for a lock."""
        self._listing_ahead = None
        for name in ("listing", "observed", "observed_as_listed"):
            self.__dict__.pop(name, None)

    def list_ahead(self, *, info: bool = False) -> "Ahead[EngineListing]":
        """Begin to list the engine's objects, while the command imports and reads what its plan needs.

        With `info`, also begin to read the engine's system information. Errors are raised where the result is used.
        """
        from wtc.engine.parallel import Ahead

        if self._engine_ahead is None and "engine" not in self.__dict__:
            self._engine_ahead = Ahead(self._open_engine)
        # Not the property `engine`: it has a lock, for which the main thread would wait, deaf to signals.
        engine = self._engine_ahead.result if self._engine_ahead else lambda: self.engine
        listing = self._listing_ahead = Ahead(lambda: self._list(engine()))
        self._ahead.append(listing)
        if info:
            self._ahead.append(Ahead(lambda: engine().info()))
        return listing

    def use_labels_alone_if_needed(self) -> None:
        """Continue without the registry if it cannot be read or written, and objects on the engine are the stack's."""
        if not self.dry_run:
            self.state = with_label_fallback(self.state, self.report, is_known=self._is_on_engine)

    def _is_on_engine(self) -> bool:
        from wtc.planner.observed.labelled_stacks import labelled_stacks

        return any(stack.namespace == self.namespace.name for stack in labelled_stacks(self.listing))

    def forget_project(self, target: Target) -> None:
        """Locate and interpret the compose files again at the next use: files were copied into the worktree."""
        self.target = target
        for name in ("located", "place", "kept", "projects"):
            self.__dict__.pop(name, None)

    def containers(
        self, services: Sequence[str] = (), *, one_offs: bool = False, required: bool = True
    ) -> list[ObservedContainer]:
        """Return the listed containers of these services (of all, if none is named), sorted by service and number.

        With `one_offs` those of `wtc run` follow, which are left out otherwise.

        Raises:
            UsageError: `required` is set, and neither the stack nor the file has a service that was named.
            WtcError: `required` is set, and the stack has no container of a service that was named.
        """
        own = sorted((c for c in self.listed if one_offs or not c.oneoff), key=lambda c: c.oneoff)
        present = sorted({c.service for c in own})
        for service in services:
            if required and service not in present:
                from wtc.orchestrator.context.validate_services import require_declared

                require_declared(self, [service], known=present)
                names = ", ".join(f"`{name}`" for name in present)
                raise WtcError(
                    f"service `{service}` has no container in this worktree",
                    causes=[f"the stack has {names}" if present else "the stack is not up"],
                    hints=["to bring it up, run `wtc up`"],
                )
        return [c for c in own if not services or c.service in services]

    def container(self, service: str, number: int = 1) -> ObservedContainer:
        """Return one replica of a service.

        Raises:
            WtcError: it does not exist.
        """
        found = self.containers([service])
        for container in found:
            if container.number == number:
                return container
        numbers = ", ".join(str(c.number) for c in found)
        raise WtcError(f"service `{service}` has no replica {number}", causes=[f"its replicas are {numbers}"])


def report_foreign(observed: Observed, report: Reporter) -> None:
    """Report objects with the stack's label that are left alone, because nothing proves that they are the stack's."""
    from wtc.events import warn

    for what, why in observed.left_alone.items():
        warn(report, f"{what} is left alone: {why}")
