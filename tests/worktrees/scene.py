"""A repository with a stack on a fake engine (a listing), and what each command decides about the stack."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wtc import labels as label
from wtc.cli.commands.clean import _select_confirmed
from wtc.errors import WtcError
from wtc.model.identity import Identity, LabelledStack
from wtc.model.namespace import Namespace
from wtc.model.observed import EngineListing, ObservedContainer, ObservedImage, ObservedNetwork, ObservedVolume
from wtc.namespace import Site, default_name
from wtc.orchestrator.clean import Cleaning, CleanRequest, choose_stacks
from wtc.orchestrator.context.identify import IdentifiedStack, Repositories, identify
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import UserState, open_user_state
from wtc.orchestrator.context.worktree_location import worktree_location
from wtc.orchestrator.doctor import check_worktrees
from wtc.orchestrator.removal.clean_scope import CleanSelection, Scope
from wtc.orchestrator.session.adopt import plan_stop_former, record_moved
from wtc.planner.down import plan_clean
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.planner.observed.observed_stack import observed_stack
from wtc.ports.leases import register_stack
from wtc.worktrees.host_identity import host_id

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

COMPOSE = "services: {db: {image: postgres, build: ., volumes: ['data:/d', '.:/w']}}\nvolumes: {data: {}}\n"
RECOMMENDED = {
    "wtc clean --gone": "gone",
    "wtc clean --gone --dry-run": "dry-run",
    "wtc clean --former": "former",
    "git worktree repair PATH": "repair",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """The other engine methods that decisions call."""

    host_is_local: bool = True


def objects(namespace: Namespace, *, running: bool = True, service: str = "db") -> EngineListing:
    """Return a stack of one service as `up` labels it: container, network, volume and built image."""
    name = namespace.name
    binds = (namespace.worktree,)
    container, reference = f"{name}_{service}", f"{name}-{service}"
    labels = {label.SERVICE: service, label.CONFIG_HASH: "c" * 64}
    of_container = ObservedContainer(
        id=f"id-{container}",
        name=container,
        service=service,
        number=1,
        image=reference,
        image_id=f"sha256:{name}",
        state="running",
        binds=binds,
        labels={**label.own(namespace, container), **labels},
    )
    return EngineListing(
        containers=(of_container,) if running else (),
        networks=(ObservedNetwork(id=f"id-{name}", name=f"{name}_net", labels=label.own(namespace, f"{name}_net")),),
        volumes=(ObservedVolume(name=f"{name}_data", labels=label.own(namespace, f"{name}_data")),),
        images=(
            ObservedImage(
                reference=f"{reference}:latest",
                id=f"sha256:{name}",
                labels={**label.own(namespace, reference), label.SERVICE: service},
            ),
        ),
    )


def relabelled(listing: EngineListing, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> EngineListing:
    """Return the same objects with other labels."""
    return EngineListing(
        containers=tuple(replace(o, labels=change(o.labels)) for o in listing.containers),
        networks=tuple(replace(o, labels=change(o.labels)) for o in listing.networks),
        volumes=tuple(replace(o, labels=change(o.labels)) for o in listing.volumes),
        images=tuple(replace(o, labels=change(o.labels)) for o in listing.images),
    )


def git(folder: Path, *arguments: str) -> None:
    own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *own, *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def make_template(folder: Path) -> Path:
    """Create a repository with a compose file, to copy: a copy is faster than git."""
    (folder / "compose.yaml").write_text(COMPOSE)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a")
    return folder


class Scene:
    """`main` and its linked worktree `trees/accra`. `path` is the worktree that commands act on."""

    def __init__(self, base: Path, template: Path) -> None:
        """`template`: see `make_template`."""
        self._template = template
        self.base = Path(os.path.realpath(base))
        self.main, self.trees, self.state = self.base / "main", self.base / "trees", self.base / "state"
        self.path = self.trees / "accra"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.base),
            "WTC_CONFIG_DIR": str(self.state),
        }
        self.listing = EngineListing()
        self.local = True
        self.namespace = Namespace(name="", worktree="")
        """The stack as it was created."""

    def git(self, *arguments: str, cwd: Path | None = None) -> None:
        git(cwd or self.main, *arguments)

    def begin(self) -> None:
        """Make the repository and add the linked worktree."""
        self.trees.mkdir(exist_ok=True)
        shutil.copytree(self._template, self.main)
        self.add(self.path)

    def add(self, path: Path) -> None:
        self.git("worktree", "add", "-q", "--detach", str(path))

    def up_in(self, path: Path, *, running: bool = True) -> str:
        """Create what `up` creates: an id, an entry in the registry, and labelled objects.

        Returns: `own` or `fresh`.
        """
        self.path = path
        found = self._identified(create=True)
        register_stack(self._home().store, found.namespace)
        self.namespace, before = found.namespace, self.listing
        made = objects(found.namespace, running=running)
        self.listing = EngineListing(
            containers=(*before.containers, *made.containers),
            networks=(*before.networks, *made.networks),
            volumes=(*before.volumes, *made.volumes),
            images=(*before.images, *made.images),
        )
        return "own" if found.present else "fresh"

    def take_default_name(self) -> None:
        """Give the preferred namespace of `path` to another worktree's stack."""
        name = default_name(Site(worktree=str(self.path)))
        self.listing = objects(Namespace(name=name, worktree="/w/other", identity=Identity(id="f" * 32, host="e" * 32)))

    def forget_other_stacks(self) -> None:
        """Keep only the stack that was created last on the engine."""
        self.listing = objects(self.namespace)

    def listed(self) -> list[str]:
        """Return the namespaces that `ps` lists."""
        return sorted(s.namespace for s in self._stacks())

    def removable(self) -> list[str]:
        """Return the namespaces that `clean -w` removes after the folder is removed."""
        return sorted(c.namespace.name for c in self._choose(self.base, Scope.WORKTREE).removed)

    def record_the_move(self) -> None:
        found = self._identified(create=True)
        assert found.moved_from
        record_moved(found)

    def create_host_id(self) -> None:
        assert host_id(self.environment, create=True)

    def row(self) -> dict[str, str]:
        """Return command -> decision. `up` is last, because it gives the worktree an id."""
        inside = self.path if self.path.is_dir() else None
        return {
            "down": self._decided(self.down),
            "clean": self._decided(lambda: self.clean(inside)) if inside else "-",
            "-w in": self._decided(lambda: self.clean(inside, Scope.WORKTREE)) if inside else "-",
            "-w out": self._decided(lambda: self.clean(self.base, Scope.WORKTREE)),
            "--gone": self._decided(lambda: self.clean(self.base, Scope.GONE)),
            "-y": self._decided(lambda: self.clean(self.base, Scope.GONE, yes=True)),
            "ps": self.ps(),
            "doctor": self.doctor(),
            "up": self._decided(self.up),
        }

    def reasons(self) -> dict[str, str]:
        """Return command -> why a stack is removed or kept."""
        return {
            "--gone": self._why(lambda: self._choose(self.base, Scope.GONE)),
            "-w out": self._why(lambda: self._choose(self.base, Scope.WORKTREE)),
        }

    def up(self) -> str:
        found = self._identified(create=True)
        stopped = [node for former in self.local * found.former for node in plan_stop_former(former, str(self.path))]
        if found.present:
            assert found.namespace.name == self.namespace.name
            return "moved" if found.moved_from else "own"
        assert found.namespace.name not in {s.namespace for s in self._stacks()}
        said = ["held" if former.held else "former" for former in found.former]
        said += ["copy"] if found.here.copied_id or found.here.copied_from else []
        return "+".join(["fresh", *said, *(["stop"] if stopped else [])])

    def down(self) -> str:
        found = self._identified(create=False)
        return "none" if not found.present else "moved" if found.moved_from else "own"

    def clean(self, cwd: Path | None, scope: Scope = Scope.PROJECT, *, yes: bool = False) -> str:
        chosen = self._choose(cwd or self.base, scope)
        cleanings = [self._cleaning(chosen, index) for index in range(len(chosen.removed))]
        cleanings = [c for c in cleanings if c.plan]
        if yes:
            kept = _select_confirmed(tuple(cleanings), yes=True)
            cleanings = [c for c in cleanings if c in kept]
        # The row is about the stack that was created last.
        former = {c.namespace.name for c in cleanings} - {self.namespace.name}
        words = ["former" if c.namespace.name in former else "asked" if c.ask else "removed" for c in cleanings]
        if chosen.left and scope is Scope.WORKTREE:
            words.append("5")
        if scope is Scope.GONE and len(cleanings) < len(self._stacks()):
            words.append("left")
        return " ".join(words) or "none"

    def ps(self) -> str:
        """Return where the stacks' worktrees are."""
        repositories = Repositories()
        return " ".join(sorted(str(worktree_location(s, self._host(), repositories)[0]) for s in self._stacks()))

    def doctor(self) -> str:
        """Return the command that `doctor` recommends, in a word; `ok` without one."""
        found = [f.hint.split("`")[1] for f in check_worktrees(self._stacks(), self._host()) if not f.well]
        return " ".join(RECOMMENDED[command] for command in found) or "ok"

    def _cleaning(self, chosen: CleanSelection, index: int) -> Cleaning:
        choice = chosen.removed[index]
        namespace = choice.namespace
        removal = plan_clean(namespace, observed_stack(self.listing, namespace))
        return Cleaning(namespace=namespace, why=choice.why, ask=choice.ask, plan=removal, leases=0)

    def _decided(self, decide: Callable[[], str]) -> str:
        try:
            return decide()
        except WtcError as error:
            return str(int(error.exit_status))

    def _why(self, decide: Callable[[], CleanSelection]) -> str:
        try:
            chosen = decide()
        except WtcError as error:
            return error.message
        whys = [*(c.why for c in chosen.removed), *(one.why for one in chosen.left)]
        text = "; ".join(sorted(whys)) or "-"
        return text.replace(f"{self.main}/.git/worktrees/accra", "GIT").replace(str(self.base), "~")

    def _choose(self, cwd: Path, scope: Scope) -> CleanSelection:
        worktree = str(self.path) if scope is Scope.WORKTREE else ""
        target = Target(cwd=str(cwd), worktree=worktree, environment=self.environment)
        return choose_stacks(target, CleanRequest(scope=scope), self._home(), self._engine(), self.listing)

    def _identified(self, *, create: bool) -> IdentifiedStack:
        target = Target(cwd=str(self.base), worktree=str(self.path), environment=self.environment)
        located = locate(target)
        if create and located.missing:
            raise located.missing
        return identify(located, self._home(), self._engine(), listing=self.listing, create=create)

    def _stacks(self) -> tuple[LabelledStack, ...]:
        return labelled_stacks(self.listing)

    def _host(self) -> str:
        return host_id(self.environment)

    def _home(self) -> UserState:
        return open_user_state(Target(cwd=str(self.base), environment=self.environment), lambda _event: None)

    def _engine(self) -> "Engine":
        return cast("Engine", StandIn(host_is_local=self.local))
