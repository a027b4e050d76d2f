"""One function for each operation of a plan: its one call, sound also where a crash or a race came first."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wtc.engine.container_calls import (
    connect_network,
    create_container,
    disconnect_network,
    inject_files,
    kill_container,
    pause_container,
    remove_container,
    rename_container,
    start_container,
    stop_container,
    unpause_container,
)
from wtc.engine.hooks import run_hook
from wtc.engine.resource_calls import create_network, create_volume, remove_image, remove_network, remove_volume
from wtc.engine.waiting import wait
from wtc.engine.watch import Watch
from wtc.model.plan import (
    BuildImage,
    ConnectNetwork,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    InjectFiles,
    KillContainer,
    Operation,
    PauseContainer,
    PullImage,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RunHook,
    StartContainer,
    StopContainer,
    UnpauseContainer,
    WaitContainer,
)

if TYPE_CHECKING:
    from wtc.engine.connection import Engine


class Report(Protocol):
    """Takes progress: what of the node, what happens to it, and bytes where known. Raises once the user breaks off."""

    def __call__(self, item: str, text: str, current: int = 0, total: int = 0) -> None:
        """One step."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an operation needs beside itself."""

    engine: "Engine"
    report: Report
    warn: Callable[[str], None]
    stop: threading.Event
    watch: Watch


def _build_image(operation: BuildImage, call: Call) -> None:
    from wtc.engine.build import build_image

    build_image(call.engine, operation, call.report, secrets=operation.image.secrets, stop=call.stop)


def _pull_image(operation: PullImage, call: Call) -> None:
    from wtc.engine.pull import pull_image

    pull_image(call.engine, operation, call.report, stop=call.stop)


def _create_container(operation: CreateContainer, call: Call) -> None:
    for warning in create_container(call.engine, operation):
        call.warn(f"container `{operation.name}`: {warning}")


def _wait(operation: WaitContainer, call: Call) -> None:
    wait(call.engine, operation, call.watch, call.stop)


OPERATIONS: dict[type, Callable[[Any, Call], None]] = {
    PullImage: _pull_image,
    BuildImage: _build_image,
    RemoveImage: lambda op, call: remove_image(call.engine, op),
    CreateNetwork: lambda op, call: create_network(call.engine, op),
    RemoveNetwork: lambda op, call: remove_network(call.engine, op),
    CreateVolume: lambda op, call: create_volume(call.engine, op),
    RemoveVolume: lambda op, call: remove_volume(call.engine, op),
    CreateContainer: _create_container,
    ConnectNetwork: lambda op, call: connect_network(call.engine, op),
    DisconnectNetwork: lambda op, call: disconnect_network(call.engine, op),
    InjectFiles: lambda op, call: inject_files(call.engine, op),
    RenameContainer: lambda op, call: rename_container(call.engine, op),
    StartContainer: lambda op, call: start_container(call.engine, op),
    StopContainer: lambda op, call: stop_container(call.engine, op),
    KillContainer: lambda op, call: kill_container(call.engine, op),
    PauseContainer: lambda op, call: pause_container(call.engine, op),
    UnpauseContainer: lambda op, call: unpause_container(call.engine, op),
    RemoveContainer: lambda op, call: remove_container(call.engine, op),
    RunHook: lambda op, call: run_hook(call.engine, op),
    WaitContainer: _wait,
}


def perform_operation(operation: Operation, call: Call) -> None:
    """Carries out one operation. Raises: WtcError."""
    OPERATIONS[type(operation)](operation, call)
