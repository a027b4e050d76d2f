"""`up`: bring the stack to the state that the compose file describes."""

import threading
from functools import cache

from wtc.dataclass import replace
from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.orchestrator.bring_up.networks_ahead import NetworksAhead
from wtc.orchestrator.bring_up.up_request import UpRequest, UpResult
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.error_positions import with_positions
from wtc.orchestrator.context.stack_lock import LocksBusyError, StackLocks
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import command_line_settings
from wtc.orchestrator.kept.unchanged_up import WarningsSeen
from wtc.orchestrator.session.adopt import claim_namespace
from wtc.orchestrator.session.shared_things import SharingReported, report_sharing, shared_things
from wtc.orchestrator.worktree_files.copy_env_files import copy_env_files
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from wtc.model.project import Project


def up(target: Target, request: UpRequest, report: Reporter, stop: threading.Event) -> UpResult:
    """Bring the worktree's stack up.

    Raises:
        WtcError: what failed; containers that were started keep running, and are named. It has the warnings before it.
    """
    given = command_line_settings(oversubscribe=request.oversubscribe, mem_limit=request.mem_limit)
    seen = WarningsSeen(report)
    try:
        with Context(target, seen, given=given, dry_run=request.dry_run) as context:
            result = bring_up(context, request, stop)
    except WtcError as error:
        raise error.replace(warnings=tuple(seen.warnings)) from error.__cause__
    return replace(result, warnings=tuple(seen.warnings))


def bring_up(context: Context, request: UpRequest, stop: threading.Event) -> UpResult:
    """Execute `up` in the context of a command. Raises: WtcError."""
    unkept = context.report
    context.report = WarningsSeen(unkept)
    context.use_labels_alone_if_needed()
    context.state.store.require()
    copy_env_files(context)

    @cache
    def project() -> "Project":
        from wtc.orchestrator.bring_up.up_session import read_selected

        return read_selected(context, request)

    with with_positions(lambda: context.projects.read(services=request.services)):
        if request.dry_run:
            from wtc.orchestrator.bring_up.up_session import UpSession

            report_sharing(shared_things(project(), context.located.worktree), unkept)
            return UpSession(context, request, project(), stop).plan()
        worktrees: Collection[str] = [context.located.worktree]
        while True:
            try:
                with StackLocks(context.state) as locks, NetworksAhead(context) as networks:
                    locks.take(worktrees)
                    context.forget_snapshot()
                    # A stack that is up may have nothing to start, which is what the information is needed for.
                    is_up = _is_recorded_as_up(context)
                    listing = context.list_ahead(info=not is_up)
                    if not is_up and request.is_whole_stack:
                        networks.begin(listing)
                    # Most of what `up` imports: the engine lists its objects and creates the networks meanwhile.
                    from wtc.orchestrator.bring_up.up_session import UpSession

                    shared = shared_things(project(), context.located.worktree)
                    claim_namespace(context, stop, adoption=request.adoption)
                    reported = _reported_sharing(context, project())
                    report_sharing(reported.new(shared), unkept)
                    result = UpSession(context, request, project(), stop, networks).execute(locks)
                    reported.keep(shared)
                    return result
            except LocksBusyError as busy:
                worktrees = busy.worktrees


def _is_recorded_as_up(context: Context) -> bool:
    from wtc.registry.stack_records import Status

    records = context.state.store.peek().of_worktree(context.located.worktree)
    return any(record.status is Status.UP for record in records)


def _reported_sharing(context: Context, project: "Project") -> SharingReported:
    read = context.located.reader.read
    return SharingReported(context.state.store.kept, context.namespace.name, project, read)
