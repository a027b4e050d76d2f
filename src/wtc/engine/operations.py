"""One function for each operation of a plan: its one call, sound also where a crash or a race came first."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wtc.engine import resource_calls as resources
from wtc.engine.containers import container_calls as containers
from wtc.engine.containers.hooks import run_hook
from wtc.engine.containers.wait import wait_for_container
from wtc.engine.observe.event_watch import EventWatch
from wtc.model import plan as op

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


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
    watch: EventWatch


def _build_image(operation: op.BuildImage, call: Call) -> None:
    from wtc.engine.images.build import build_image

    build_image(call.engine, operation, call.report, secrets=operation.image.secrets, stop=call.stop)


def _pull_image(operation: op.PullImage, call: Call) -> None:
    from wtc.engine.images.pull import pull_image

    pull_image(call.engine, operation, call.report, stop=call.stop)


def _copy_volume(operation: op.CopyVolume, call: Call) -> None:
    from wtc.engine.volume_copy import copy_volume

    copy_volume(call.engine, operation, call.report)


def _create_container(operation: op.CreateContainer, call: Call) -> None:
    for warning in containers.create_container(call.engine, operation):
        call.warn(f"container `{operation.name}`: {warning}")


def _wait(operation: op.WaitContainer, call: Call) -> None:
    wait_for_container(call.engine, operation, call.watch, call.stop, lambda text: call.report("", text))


def _simply(act: "Callable[[Engine, Any], None]") -> Callable[[Any, Call], None]:
    return lambda operation, call: act(call.engine, operation)


OPERATIONS: dict[type, Callable[[Any, Call], None]] = {
    op.PullImage: _pull_image,
    op.BuildImage: _build_image,
    op.RemoveImage: _simply(resources.remove_image),
    op.CreateNetwork: _simply(resources.create_network),
    op.RemoveNetwork: _simply(resources.remove_network),
    op.CreateVolume: _simply(resources.create_volume),
    op.RemoveVolume: _simply(resources.remove_volume),
    op.CopyVolume: _copy_volume,
    op.CreateContainer: _create_container,
    op.ConnectNetwork: _simply(containers.connect_network),
    op.DisconnectNetwork: _simply(containers.disconnect_network),
    op.InjectFiles: _simply(containers.inject_files),
    op.RenameContainer: _simply(containers.rename_container),
    op.StartContainer: _simply(containers.start_container),
    op.StopContainer: _simply(containers.stop_container),
    op.KillContainer: _simply(containers.kill_container),
    op.PauseContainer: _simply(containers.pause_container),
    op.UnpauseContainer: _simply(containers.unpause_container),
    op.RemoveContainer: _simply(containers.remove_container),
    op.RunHook: _simply(run_hook),
    op.WaitContainer: _wait,
}


def perform_operation(operation: op.Operation, call: Call) -> None:
    """Carries out one operation. Raises: WtcError."""
    OPERATIONS[type(operation)](operation, call)
