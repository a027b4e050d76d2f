"""A repository with a stack on an engine that is only a listing, and what each command decides about the stack."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wtc import labels as label
from wtc.cli.commands.clean import _confirmed
from wtc.errors import ConflictError, WtcError
from wtc.model.identity import LabelledStack
from wtc.model.namespace import Namespace
from wtc.model.observed import Listing, ObservedContainer, ObservedImage, ObservedNetwork, ObservedVolume
from wtc.model.plan import Plan
from wtc.orchestrator.adopt import plan_stop_former
from wtc.orchestrator.clean import Cleaning, CleanRequest, choose
from wtc.orchestrator.clean_scope import Chosen, Scope
from wtc.orchestrator.doctor.state import places
from wtc.orchestrator.identify import Identified, identify
from wtc.orchestrator.stack import Home, open_home
from wtc.orchestrator.target import Target, locate
from wtc.orchestrator.whereabouts import place_of
from wtc.planner.down import plan_clean
from wtc.planner.observation import observed_stack
from wtc.planner.stacks import labelled_stacks
from wtc.registry.lease import register
from wtc.worktrees.host import host_id

if TYPE_CHECKING:
    from wtc.engine.connection import Engine

COMPOSE = "services: {db: {image: postgres, build: ., volumes: ['data:/d', '.:/w']}}\nvolumes: {data: {}}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """What decisions ask of an engine beside its listing."""

    host_is_local: bool = True


def objects(namespace: Namespace, *, running: bool = True, service: str = "db") -> Listing:
    """A stack of one service as `up` labels it: container, network, volume and built image."""
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
    return Listing(
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


def relabelled(listing: Listing, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> Listing:
    """The same objects with other labels."""
    return Listing(
        containers=tuple(replace(o, labels=change(o.labels)) for o in listing.containers),
        networks=tuple(replace(o, labels=change(o.labels)) for o in listing.networks),
        volumes=tuple(replace(o, labels=change(o.labels)) for o in listing.volumes),
        images=tuple(replace(o, labels=change(o.labels)) for o in listing.images),
    )


class Scene:
    """`main` and its linked worktree `trees/accra`. `path` is the worktree that commands act on."""

    def __init__(self, base: Path) -> None:
        self.base = Path(os.path.realpath(base))
        self.main, self.trees, self.state = self.base / "main", self.base / "trees", self.base / "state"
        self.path = self.trees / "accra"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.base),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "WTC_CONFIG_DIR": str(self.state),
        }
        self.listing = Listing()
        self.local = True
        self.namespace = Namespace(name="", worktree="")
        """The stack that was created, as it was then."""

    def git(self, *arguments: str, cwd: Path | None = None) -> None:
        own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        folder = cwd or self.main
        subprocess.run(["git", *own, *arguments], cwd=folder, env=self.environment, check=True, capture_output=True)

    def begin(self) -> None:
        """Commit a compose file and add the linked worktree."""
        self.main.mkdir()
        self.trees.mkdir(exist_ok=True)
        (self.main / "compose.yaml").write_text(COMPOSE)
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a")
        self.add(self.path)

    def add(self, path: Path) -> None:
        self.git("worktree", "add", "-q", "--detach", str(path))

    def up_in(self, path: Path, *, running: bool = True) -> None:
        """What `up` leaves: an id, an entry in the registry, and labelled objects."""
        self.path = path
        found = self._identified(create=True)
        register(self._home().store, found.namespace)
        self.namespace = found.namespace
        self.listing = objects(found.namespace, running=running)

    def create_host_id(self) -> None:
        assert host_id(self.environment, create=True)

    def row(self) -> dict[str, str]:
        """Command -> decision. `up` comes last, because it gives the worktree an id."""
        inside = self.path if self.path.is_dir() else None
        return {
            "down": self._decided(lambda: self.down()),
            "clean": self._decided(lambda: self.clean(inside)) if inside else "-",
            "-w in": self._decided(lambda: self.clean(inside, Scope.WORKTREE)) if inside else "-",
            "-w out": self._decided(lambda: self.clean(self.base, Scope.WORKTREE)),
            "--gone": self._decided(lambda: self.clean(self.base, Scope.GONE)),
            "-y": self._decided(lambda: self.clean(self.base, Scope.GONE, yes=True)),
            "ps": ", ".join(dict.fromkeys(str(place_of(s, self._host())[0]) for s in self._stacks())),
            "doctor": self.doctor(),
            "up": self._decided(self.up),
        }

    def reasons(self) -> dict[str, str]:
        """Command -> why a stack is removed or left."""
        return {
            "--gone": self._why(lambda: self._choose(self.base, Scope.GONE)),
            "-w out": self._why(lambda: self._choose(self.base, Scope.WORKTREE)),
        }

    def up(self) -> str:
        found = self._identified(create=True)
        stopped = [node for former in found.former for node in plan_stop_former(former, str(self.path))]
        if found.present:
            assert found.namespace.name == self.namespace.name
            return "moved" if found.moved_from else "own"
        assert found.namespace.name not in {s.namespace for s in self._stacks()}
        said = ["held" if former.held else "former" for former in found.former]
        said += ["copy"] if found.here.copied_id or found.here.copied_from else []
        return " ".join(["fresh", *(f"+{word}" for word in [*said, *(["stop"] if stopped else [])])])

    def down(self) -> str:
        found = self._identified(create=False)
        return "nothing" if not found.present else "moved" if found.moved_from else "own"

    def clean(self, cwd: Path | None, scope: Scope = Scope.PROJECT, *, yes: bool = False) -> str:
        chosen = self._choose(cwd or self.base, scope)
        cleanings = [self._cleaning(chosen, index) for index in range(len(chosen.removed))]
        cleanings = [c for c in cleanings if c.plan]
        if yes:
            kept = _confirmed(tuple(cleanings), yes=True)
            cleanings = [c for c in cleanings if c in kept]
        words = ["asked" if c.ask else "removed" for c in cleanings]
        if chosen.left and scope is Scope.WORKTREE:
            words.append("5")
        if scope is Scope.GONE and len(cleanings) < len(self._stacks()):
            words.append("left")
        return " ".join(words) or "nothing"

    def doctor(self) -> str:
        """The commands that are recommended about the stacks; `ok` where none is."""
        found = [f.hint.split("`")[1] for f in places(self._stacks(), self._host()) if not f.well]
        return ", ".join(found) or "ok"

    def _cleaning(self, chosen: Chosen, index: int) -> Cleaning:
        choice = chosen.removed[index]
        namespace = choice.namespace
        removal = plan_clean(namespace, observed_stack(self.listing, namespace))
        return Cleaning(namespace=namespace, why=choice.why, ask=choice.ask, plan=removal, leases=0)

    def _decided(self, decide: Callable[[], str]) -> str:
        try:
            return decide()
        except ConflictError:
            return "conflict"
        except WtcError as error:
            return f"error {error.exit_status}"

    def _why(self, decide: Callable[[], Chosen]) -> str:
        try:
            chosen = decide()
        except WtcError as error:
            return str(error).replace(str(self.base), "~")
        whys = [*(c.why for c in chosen.removed), *(one.why for one in chosen.left)]
        return "; ".join(whys).replace(str(self.base), "~")

    def _choose(self, cwd: Path, scope: Scope) -> Chosen:
        worktree = str(self.path) if scope is Scope.WORKTREE else ""
        target = Target(cwd=str(cwd), worktree=worktree, environment=self.environment)
        return choose(target, CleanRequest(scope=scope), self._home(), self._engine(), self.listing)

    def _identified(self, *, create: bool) -> Identified:
        target = Target(cwd=str(self.base), worktree=str(self.path), environment=self.environment)
        located = locate(target)
        if create and located.missing:
            raise located.missing
        return identify(located, self._home(), self._engine(), listing=self.listing, create=create)

    def _stacks(self) -> tuple[LabelledStack, ...]:
        return labelled_stacks(self.listing)

    def _host(self) -> str:
        return host_id(self.environment)

    def _home(self) -> Home:
        return open_home(Target(cwd=str(self.base), environment=self.environment), lambda _event: None)

    def _engine(self) -> "Engine":
        return cast("Engine", StandIn(host_is_local=self.local))
