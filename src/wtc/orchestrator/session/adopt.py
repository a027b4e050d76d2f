"""`up --adopt`, and what `up` does about stacks that were created at the worktree's path for another worktree."""

import shlex
import threading
from collections.abc import Sequence
from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.errors import ConflictError, WtcError
from wtc.events import Note, Reporter, warn
from wtc.model.identity import LabelledStack
from wtc.model.observed import ContainerRef
from wtc.model.plan import Plan, StopContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.identify import (
    FormerStack,
    IdentifiedStack,
    Repositories,
    holder_path,
    identify,
    stack_standings,
)
from wtc.orchestrator.context.target import Located
from wtc.orchestrator.context.user_state import UserState, read_registry
from wtc.orchestrator.session.execute import execute
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.planner.plan_builder import PlanBuilder
from wtc.ports.leases import register_stack
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.identity import Standing, Verdict, WorktreeFacts
from wtc.worktrees.identity_facts import read_worktree
from wtc.worktrees.locate import worktree_at
from wtc.worktrees.worktree_id import create_id, record_move

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

SIZES_WITHIN_S = 2.0
"""How long the engine may take to measure the volumes of a former stack; a large one can take minutes."""


def adopt(located: Located, state: UserState, stacks: Sequence[LabelledStack], name: str = "") -> str:
    """Take over the id of a stack for the worktree: of the former one at this path, or of the one that is named.

    Returns: the stack's namespace.

    Raises:
        ConflictError: another worktree holds the id, or it is not clear which stack is meant, or this worktree's own
            stack has containers.
        WtcError: the stack does not exist, or the stack or the worktree cannot have an id.
    """
    worktree = worktree_at(located.worktree)
    here = read_worktree(worktree, located.directory, host_id(state.environment, create=True), create=True)
    known = Repositories()
    found = stack_standings(here, stacks, known, every_project=bool(name))
    stack = _stack_by_name(stacks, name) if name else _only_stack(found, here)
    own = [s for s, which, _ in found if which in {Standing.OWN, Standing.MOVED} and s.containers and s != stack]
    if own:
        raise ConflictError(
            f"this worktree has containers of its stack `{own[0].namespace}`",
            hints=["to remove them and keep their volumes, run `wtc down`"],
        )
    if not stack.identity.id:
        raise WtcError(
            f"stack `{stack.namespace}` has no id that could be taken over",
            causes=["it was created outside git, or by an older wtc"],
            hints=[f"to delete it with its volumes, run `wtc clean --stack {stack.namespace}`"],
        )
    repositories = [known.of(i) for i in (stack.identity, here.identity) if i.git]
    if holder := holder_path(stack.identity.id, repositories, other_than=here.path):
        raise ConflictError(f"stack `{stack.namespace}` belongs to the worktree `{holder}`, which holds its id")
    if not worktree.git_dir or here.copied_from:
        raise WtcError("the worktree cannot have an id", causes=[f"`{here.path}` has no git folder that is its own"])
    try:
        create_id(worktree.git_dir, worktree_id=stack.identity.id)
        record_move(worktree.common, stack.identity.id, stack.worktree)
        record_move(worktree.common, stack.identity.id, here.path)
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise WtcError(f"cannot write the worktree's id in `{worktree.git_dir}`", causes=[cause]) from error
    return stack.namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Whether to take over a stack: `name` is its namespace, empty for the former one at this path."""

    wanted: bool = False
    name: str = ""


def claim_namespace(context: Context, stop: threading.Event, *, adoption: Adoption | None = None) -> None:
    """Set the context's namespace for a stack that is about to be created or changed, under the worktree's lock.

    The worktree gets an id, a move is recorded, former stacks are reported, and the registry knows the stack.

    Raises:
        ConflictError: it is not proved which stack is this worktree's, or a former one runs in it.
        WtcError: the registry cannot be written, or the adoption cannot be carried out.
    """
    located, state, engine, report = context.located, context.state, context.engine, context.report
    listing = context.listing
    if adoption and adoption.wanted:
        name = adopt(located, state, labelled_stacks(listing), adoption.name)
        report(Note(text=f"this worktree takes over stack `{name}`"))
    read_registry(state, report)
    found = identify(located, state, engine, listing=listing, create=True)
    if found.moved_from:
        record_moved(found)
        report(Note(text=f"stack `{found.namespace.name}` moves along with the worktree from `{found.moved_from}`"))
    report_former(found, engine, report)
    stop_former(found, engine, report, stop)
    if found.former:
        context.forget_snapshot()
    register_stack(state.store, found.namespace)
    context.claim(found.namespace)


def record_moved(found: IdentifiedStack) -> None:
    """Record the move of a worktree, so that later commands find it; a folder that cannot be written is ignored."""
    identity = found.namespace.identity
    with suppress(OSError):
        record_move(identity.git, identity.id, found.moved_from)
        record_move(identity.git, identity.id, found.namespace.worktree)


def report_former(found: IdentifiedStack, engine: "Engine", report: Reporter) -> None:
    """Report, once before the worktree's own stack exists, what else was found at its path."""
    if found.here.copied_id or found.here.copied_from:
        text = "this worktree is a copy of another one, and gets a new stack"
        warn(report, text, hint="to add a worktree, run `git worktree add`")
    if found.present:
        return
    left: list[FormerStack] = []
    for former in found.former:
        name, host = former.stack.namespace, former.stack.identity.host
        if former.held:
            report(
                Note(text=f"stack `{name}` was created at this path and belongs to a worktree that is elsewhere now")
            )
        elif former.stack.identity.id and host != found.here.identity.host:
            hint = f"to take it over, run `wtc up --adopt --stack {name}`"
            warn(
                report,
                f"stack `{name}`{_volumes([former], engine)} was created at this path on another host",
                hint=hint,
            )
        else:
            left.append(former)
    if left:
        _report_left(left, engine, report)


def _report_left(left: Sequence[FormerStack], engine: "Engine", report: Reporter) -> None:
    """Report all former stacks of this host in one line: a worktree can be removed and added again many times."""
    volumes = _volumes(left, engine)
    if len(left) > 1:
        hint = "to take one over, run `wtc up --adopt --stack NAMESPACE`; to delete them, run `wtc clean --former`"
        names = _quoted_names([f.stack.namespace for f in left])
        warn(report, f"former worktrees at this path left stacks {names}{volumes}", hint=hint)
        return
    stack = left[0].stack
    delete = f"to delete it, run `wtc clean --stack {stack.namespace}`"
    hint = f"to take it over, run `wtc up --adopt`; {delete}" if stack.identity.id else delete
    warn(report, f"a former worktree at this path left stack `{stack.namespace}`{volumes}", hint=hint)


def stop_former(found: IdentifiedStack, engine: "Engine", report: Reporter, stop: threading.Event) -> None:
    """Stop the running containers of former stacks that mount this worktree, if their worktrees are proved to be gone.

    Raises:
        ConflictError: it is not proved.
        WtcError: one could not be stopped.
    """
    from wtc.orchestrator.session.failures import raise_failed

    # Containers of a remote engine mount folders of the engine's machine.
    for former in found.former if engine.host_is_local else ():
        if plan := plan_stop_former(former, found.namespace.worktree):
            outcome = execute(plan, engine, former.stack.namespace, report, stop)
            raise_failed(outcome, engine, found.namespace, interrupted=stop.is_set(), services=None)


def plan_stop_former(former: FormerStack, worktree: str) -> Plan:
    """Stop a former stack if one of its containers mounts the worktree, unless a worktree elsewhere holds its id.

    Raises:
        ConflictError: it is not proved that the former stack's worktree is gone.
    """
    builder, stack = PlanBuilder(), former.stack
    if former.held or not any(bind == worktree or bind.startswith(f"{worktree}/") for bind in stack.binds):
        return builder.plan()
    if former.judgement.verdict is not Verdict.GONE:
        raise ConflictError(
            f"containers of stack `{stack.namespace}` run and mount this worktree",
            causes=[f"the stack was created for another worktree: {former.judgement.reason}"],
            hints=[
                f"to take the stack over, run `wtc up --adopt --stack {stack.namespace}`",
                f"to stop its containers, run `docker stop {shlex.join(stack.running)}`",
                f"to delete it with its volumes, run `wtc clean --stack {stack.namespace}`",
            ],
        )
    for name in stack.running:
        builder.add(StopContainer(container=ContainerRef(name=name)), "its worktree is gone")
    return builder.plan()


def _volumes(former: Sequence[FormerStack], engine: "Engine") -> str:
    """` with volumes `a`, `b` (12 MiB)`, of all these stacks; empty where they have none."""
    from wtc.engine.observe.disk_usage import volume_bytes
    from wtc.format_units import size_text

    names = [name for each in former for name in each.stack.volumes]
    if not names:
        return ""
    size = volume_bytes(engine, names, within_s=SIZES_WITHIN_S)
    sized = f" ({size_text(size)})" if size is not None else ""
    return f" with {'volume' if len(names) == 1 else 'volumes'} {_quoted_names(names)}{sized}"


def _quoted_names(names: Sequence[str]) -> str:
    """`` `a`, `b`, `c` and 2 more ``."""
    return ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _stack_by_name(stacks: Sequence[LabelledStack], name: str) -> LabelledStack:
    from wtc.nearest_name import nearest_name

    found = [s for s in stacks if s.namespace == name]
    if not found:
        hint = nearest_name(name, [s.namespace for s in stacks])
        raise WtcError(f"no such stack: `{name}`", hints=[hint or "to see which stacks exist, run `wtc ps --all`"])
    return max(found, key=lambda s: bool(s.identity.id))


def _only_stack(found: Sequence[tuple[LabelledStack, Standing, str]], here: WorktreeFacts) -> LabelledStack:
    """Return the only stack that `--adopt` can mean without a name."""
    open_to = [s for s, which, _ in found if which in {Standing.FORMER, Standing.CONFLICT}]
    if not open_to:
        raise WtcError(
            "this worktree has no former stack to take over",
            hints=["to see which stacks exist, run `wtc ps --all`"],
        )
    other = [s for s in open_to if s.identity.host != here.identity.host]
    if len(open_to) > 1 or other:
        why = "it was created on another host" if len(open_to) == 1 else f"{len(open_to)} stacks can be taken over"
        raise ConflictError(
            "the stack to take over must be named",
            causes=[why],
            hints=[f"to take it over, run `wtc up --adopt --stack {s.namespace}`" for s in open_to],
        )
    return open_to[0]
