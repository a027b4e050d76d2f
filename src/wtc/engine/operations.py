"""The table of operations: one function with one engine call each, safe to repeat after a crash or a race."""

import threading
from collections.abc import Callable

from wtc.dataclass import dataclass
from wtc.engine import resource_calls as resources
from wtc.engine.containers import container_calls as containers
from wtc.model import plan as op
from wtc.static_typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.observe.event_watch import EventWatch


class Report(Protocol):
    """Report progress: the part of the node, what happens to it, and bytes if known. Raises after an interrupt."""

    def __call__(self, item: str, text: str, current: int = 0, total: int = 0) -> None:
        """Report one step."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the function of an operation needs besides the operation."""

    engine: "Engine"
    report: Report
    warn: Callable[[str], None]
    stop: threading.Event
    watch: "EventWatch"
    on_exit: Callable[[], None] | None = None
    """Called once the container of a stop has exited, if the executor wants to know it before the stop's end."""


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


def _start_container(operation: op.StartContainer, call: Call) -> None:
    call.watch.before_start(operation.container)
    containers.start_container(call.engine, operation)
    call.watch.after_start(operation.container)


def _stop_container(operation: op.StopContainer, call: Call) -> None:
    if call.on_exit is None:
        containers.stop_container(call.engine, operation)
        return
    from wtc.engine.containers.exit_report import ExitReport

    with ExitReport(call.engine, operation.container, call.on_exit):
        containers.stop_container(call.engine, operation)


def _run_hook(operation: op.RunHook, call: Call) -> None:
    from wtc.engine.containers.hooks import run_hook

    run_hook(call.engine, operation)


def _wait(operation: op.WaitContainer, call: Call) -> None:
    from wtc.engine.containers.wait import wait_for_container

    wait_for_container(call.engine, operation, call.watch, call.stop, lambda text: call.report("", text))


def _engine_only(act: "Callable[[Engine, Any], None]") -> Callable[[Any, Call], None]:
    return lambda operation, call: act(call.engine, operation)


OPERATIONS: dict[type, Callable[[Any, Call], None]] = {
    op.PullImage: _pull_image,
    op.BuildImage: _build_image,
    op.RemoveImage: _engine_only(resources.remove_image),
    op.CreateNetwork: _engine_only(resources.create_network),
    op.RemoveNetwork: _engine_only(resources.remove_network),
    op.CreateVolume: _engine_only(resources.create_volume),
    op.RemoveVolume: _engine_only(resources.remove_volume),
    op.CopyVolume: _copy_volume,
    op.CreateContainer: _create_container,
    op.ConnectNetwork: _engine_only(containers.connect_network),
    op.DisconnectNetwork: _engine_only(containers.disconnect_network),
    op.InjectFiles: _engine_only(containers.inject_files),
    op.RenameContainer: _engine_only(containers.rename_container),
    op.StartContainer: _start_container,
    op.StopContainer: _stop_container,
    op.KillContainer: _engine_only(containers.kill_container),
    op.PauseContainer: _engine_only(containers.pause_container),
    op.UnpauseContainer: _engine_only(containers.unpause_container),
    op.RemoveContainer: _engine_only(containers.remove_container),
    op.RunHook: _run_hook,
    op.WaitContainer: _wait,
}


def perform_operation(operation: op.Operation, call: Call) -> None:
    """Execute one operation. Raises: WtcError."""
    OPERATIONS[type(operation)](operation, call)
