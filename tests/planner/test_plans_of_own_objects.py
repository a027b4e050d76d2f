"""No plan of any command names a foreign object, for any labels of the objects on the engine."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.planner.listing import listing_of
from tests.planner.world import IDENTITY, NAMESPACE, World, project
from wtc import labels as label
from wtc.errors import WtcError
from wtc.model.build import Build, BuildInput
from wtc.model.desired import Desired
from wtc.model.identity import LabelledStack
from wtc.model.mounts import Mount
from wtc.model.namespace import Namespace
from wtc.model.observed import ContainerRef, EngineListing, MountedVolume, Observed, ObservedContainer, ObservedImage
from wtc.model.plan import (
    BuildImage,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    Operation,
    Plan,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
)
from wtc.model.service import Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.orchestrator.context.identify import FormerStack
from wtc.orchestrator.session.adopt import plan_stop_former
from wtc.planner.checks.conflicts import check_names, check_tags
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.planner.down import plan_clean, plan_clean_volumes, plan_down
from wtc.planner.images.plan_images import plan_images
from wtc.planner.lifecycle import plan_kill, plan_pause, plan_restart, plan_start, plan_stop, plan_unpause
from wtc.planner.observed.labelled_stacks import labelled_stacks, namespace_of
from wtc.planner.observed.observed_stack import observed_stack
from wtc.planner.observed.ownership import foreign_use, inconsistency, ownership
from wtc.planner.oneoff import OneoffOptions, oneoff_spec, plan_oneoff, plan_waits, without_dependencies
from wtc.planner.up import plan_up
from wtc.worktrees.identity import Judgement, Verdict

BUILD = Build(context="/w/accra", dockerfile_inline="FROM busybox:1.36")
PROJECT = project(
    Service(name="db", image="postgres:15", volumes=(Mount(type="volume", source="data", target="/d"),)),
    Service(name="web", image="", build=BUILD, volumes=(Mount(type="volume", source="", target="/cache"),)),
    volumes=("data",),
)
OTHER = replace(NAMESPACE, worktree="/w/berne", identity=replace(IDENTITY, id="f" * 32))
NAMESPACES = {
    "with an id": NAMESPACE,
    "with old objects": replace(NAMESPACE, identity=replace(IDENTITY, legacy=True)),
    "by its path": replace(NAMESPACE, identity=replace(IDENTITY, id="")),
}
NEW_KEYS = {label.ID, label.HOST, label.GIT, label.DIRECTORY, label.PARENTS, label.NAME}


def desired(namespace: Namespace, build_hash: str = "b1") -> Desired:
    return resolve_desired(
        PROJECT, Placement(namespace=namespace, bind="127.0.0.1", build_inputs={"web": BuildInput(hash=build_hash)})
    )


def created(namespace: Namespace, steps: int | None) -> EngineListing:
    """Return what `up` leaves if it is interrupted after `steps` operations (None: not interrupted)."""
    world, wanted = World(), desired(namespace)
    world.run(plan_images(wanted, world.observed(), UpOptions()))
    world.run(plan_up(wanted, world.observed(), UpOptions()))
    if steps is not None:
        again = plan_up(wanted, world.observed(), UpOptions(recreate=Recreate.ALWAYS))
        world.run(again, only_first=steps)
    return listing_of(world)


@st.composite
def relabelled(draw: st.DrawFn, labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels of a real object, as a copy of them can look."""
    kept = dict(labels)
    match draw(st.sampled_from(["same", "older", "subset", "other id", "other project", "other host", "none"])):
        case "older":
            kept = {key: value for key, value in kept.items() if key not in NEW_KEYS}
        case "subset":
            kept = {key: kept[key] for key in draw(st.sets(st.sampled_from(sorted(kept)))) if kept} if kept else {}
        case "other id":
            kept[label.ID] = draw(st.sampled_from(["", "f" * 32, "mine"]))
        case "other project":
            kept[draw(st.sampled_from([label.PROJECT, label.COMPOSE_PROJECT]))] = "berne-1"
        case "other host":
            kept[label.HOST] = ""
        case "none":
            kept = {}
        case _:
            pass
    return kept


@st.composite
def listings(draw: st.DrawFn, namespace: Namespace) -> EngineListing:
    """Return a complete or partly recreated stack, among other objects with copied labels."""
    own = created(namespace, draw(st.none() | st.integers(0, 8)))
    other = created(replace(OTHER, name=draw(st.sampled_from([OTHER.name, "berne-1"]))), None)
    sources = [
        o.labels for each in (own, other) for o in (*each.containers, *each.networks, *each.volumes, *each.images)
    ]
    sources += [created(NAMESPACES["by its path"], None).volumes[0].labels]
    labels = st.sampled_from(sources).flatmap(relabelled)
    volume_names = [v.name for v in own.volumes]
    names = ["mine", "postgres"] + [f"{p}{c.name}" for c in own.containers for p in ("", "next_", "x_")]
    dropped = draw(st.sets(st.sampled_from([o.name for o in (*own.containers, *own.networks, *own.volumes)])))

    def container(number: int) -> ObservedContainer:
        mounted = draw(st.lists(st.sampled_from([*volume_names, "e" * 64]), max_size=2, unique=True))
        return replace(
            draw(st.sampled_from(own.containers)),
            id=f"x{number}",
            name=draw(st.sampled_from(names)),
            labels=draw(labels),
            state=draw(st.sampled_from(["running", "exited", "paused", "created"])),
            image_id=draw(st.sampled_from([i.id for i in own.images])),
            volumes=tuple(MountedVolume(name=n, target="/m", anonymous=len(n) == 64) for n in mounted),
            binds=("/w/accra",),
            oneoff=draw(st.booleans()),
        )

    containers = {c.name: c for c in own.containers if c.name not in dropped}
    networks = {n.name: n for n in own.networks if n.name not in dropped}
    volumes = {v.name: v for v in own.volumes if v.name not in dropped}
    images = {i.reference: i for i in own.images}
    for number in range(draw(st.integers(0, 4))):
        found = container(number)
        containers.setdefault(found.name, replace(found, service=found.labels.get(label.SERVICE, "")))
    for name in draw(st.lists(st.sampled_from(["mine", *(n.name for n in own.networks)]), max_size=2)):
        networks.setdefault(name, replace(own.networks[0], id=f"net-{name}", name=name, labels=draw(labels)))
    for name in draw(st.lists(st.sampled_from(["mine", "e" * 64, *volume_names]), max_size=3)):
        volumes.setdefault(name, replace(own.volumes[0], name=name, labels=draw(labels)))
    tags = ["mine:latest", "sha256:x", *(i.reference for i in own.images)]
    for tag in draw(st.lists(st.sampled_from(tags), max_size=2)):
        images[tag] = ObservedImage(
            reference=tag, id=tag if tag == "sha256:x" else f"sha256:{tag}", labels=draw(labels)
        )
    return EngineListing(
        containers=tuple(containers.values()),
        networks=tuple(networks.values()),
        volumes=tuple(volumes.values()),
        images=tuple(images.values()),
    )


class Owned:
    """The objects of a listing that belong to the stack, and those that plans name."""

    def __init__(self, listing: EngineListing, namespace: Namespace) -> None:
        use = foreign_use(listing.containers, namespace)
        self.containers = {c.id: c for c in listing.containers if ownership(c, namespace).own}
        self.names = {c.name for c in self.containers.values()}
        mounted = {v.name for c in self.containers.values() for v in c.volumes if v.anonymous}
        used = {v.name for c in listing.containers if c.id not in self.containers for v in c.volumes}
        self.networks = {n.name for n in listing.networks if ownership(n, namespace).own}
        self.volumes = {v.name for v in listing.volumes if ownership(v, namespace, use).own}
        # An anonymous volume belongs to its only container.
        self.volumes |= {v.name for v in listing.volumes if v.name in mounted - used and not label.managed(v.labels)}
        self.images = {i.reference for i in listing.images if ownership(i, namespace, use).own}
        self.taken = {
            *(("container", c.name) for c in listing.containers if c.id not in self.containers),
            *(("network", n.name) for n in listing.networks if n.name not in self.networks),
            *(("volume", v.name) for v in listing.volumes if v.name not in self.volumes),
            *(("image", i.reference.removesuffix(":latest")) for i in listing.images if i.reference not in self.images),
        }

    def foreign_in(self, plan: Plan) -> list[tuple[str, str]]:
        """Return kind and name of the existing foreign objects in the plan."""
        found = (each for node in plan for each in named(node.operation))
        return [(k, n) for k, n, id_ in found if (id_ not in self.containers if id_ else (k, n) in self.taken)]


def named(operation: Operation) -> Iterator[tuple[str, str, str]]:
    """Return kind, name and, for an existing container, id of the objects that an operation changes or uses."""
    container: object = getattr(operation, "container", None)
    if isinstance(container, ContainerRef):
        yield "container", container.name, container.id
    match operation:
        case CreateContainer(name=name, spec=spec):
            yield "container", name, ""
            yield from (("network", network, "") for network in spec.config.networks)
            yield from (("volume", m.source, "") for m in spec.config.volumes if m.type == "volume" and m.source)
        case RenameContainer(name=name):
            yield "container", name, ""
        case CreateNetwork(network=network):
            yield "network", network.name, ""
        case CreateVolume(volume=volume):
            yield "volume", volume.name, ""
        case RemoveNetwork(name=name) | DisconnectNetwork(network=name):
            yield "network", name, ""
        case RemoveVolume(name=name):
            yield "volume", name, ""
        case RemoveImage(reference=reference):
            yield "image", reference.removesuffix(":latest"), ""
        case BuildImage(image=image):
            yield "image", image.reference, ""
        case _:
            pass


def up(wanted: Desired, observed: Observed, options: UpOptions) -> Iterator[Plan]:
    check_names(wanted, observed)
    yield plan_images(wanted, observed, options)
    yield plan_up(wanted, observed, options)


def build(wanted: Desired, observed: Observed) -> Iterator[Plan]:
    check_tags(wanted, observed)
    yield plan_images(wanted, observed, UpOptions(build=True))


def run(wanted: Desired, observed: Observed) -> Iterator[Plan]:
    spec = oneoff_spec(wanted.services["web"].containers[0], OneoffOptions(), name="mine", slug="0f3a9c1e")
    only = without_dependencies(wanted, spec)
    check_names(only, observed)
    yield plan_oneoff(only, observed, spec)


Commands = Mapping[str, Callable[[Desired, Observed], Iterator[Plan] | list[Plan]]]
COMMANDS: Commands = {
    "up": lambda w, o: up(w, o, UpOptions()),
    "up --recreate": lambda w, o: up(w, o, UpOptions(recreate=Recreate.ALWAYS, remove_orphans=True)),
    "up --build": lambda w, o: up(w, o, UpOptions(build=True, renew_anonymous_volumes=True)),
    "build": build,
    "down": lambda w, o: [plan_down(w.namespace, o)],
    "down web": lambda w, o: [plan_down(w.namespace, o, services=["web"])],
    "clean": lambda w, o: [plan_clean(w.namespace, o)],
    "clean --volume data": lambda w, o: [plan_clean_volumes(w.namespace, o, ["data"])],
    "clean --volume mine": lambda w, o: [plan_clean_volumes(w.namespace, o, ["mine"])],
    "start": lambda _, o: [plan_start(o, {})],
    "stop": lambda _, o: [plan_stop(o, {})],
    "restart": lambda _, o: [plan_restart(o, {})],
    "kill": lambda _, o: [plan_kill(o)],
    "pause": lambda _, o: [plan_pause(o)],
    "unpause": lambda _, o: [plan_unpause(o)],
    "run": run,
    "run's dependencies": lambda w, _: [plan_waits(w, "web")],
}


@settings(max_examples=300)
@given(data=st.data(), whose=st.sampled_from(sorted(NAMESPACES)), built=st.sampled_from(["b1", "b2"]))
def test_no_plan_names_a_foreign_object(data: st.DataObject, whose: str, built: str) -> None:
    namespace = NAMESPACES[whose]
    listing = data.draw(listings(namespace))
    owned, wanted = Owned(listing, namespace), desired(namespace, built)
    tags = {i.reference.removesuffix(":latest"): i for i in listing.images}
    observed = observed_stack(listing, namespace, images=tags)
    for command, plans in COMMANDS.items():
        try:
            made = list(plans(wanted, observed))
        except WtcError:
            event(f"{command}: refused")
            continue
        event(f"{command}: planned")
        assert [(command, owned.foreign_in(plan)) for plan in made if owned.foreign_in(plan)] == []


@given(data=st.data(), whose=st.sampled_from(sorted(NAMESPACES)))
def test_stop_of_a_former_stack_names_only_containers_of_that_stack(data: st.DataObject, whose: str) -> None:
    listing = data.draw(listings(NAMESPACES[whose]))
    for stack in labelled_stacks(listing):
        owned = Owned(listing, replace(namespace_of(stack), identity=replace(stack.identity, legacy=True)))
        plan = plan_stop_former(gone(stack), "/w/accra")
        assert {node.operation.container.name for node in plan} <= owned.names  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def gone(stack: LabelledStack) -> FormerStack:
    return FormerStack(stack=stack, judgement=Judgement(verdict=Verdict.GONE, reason="its folder is gone"))


@given(data=st.data())
def test_clean_never_names_an_object_without_a_stack(data: st.DataObject) -> None:
    listing = data.draw(listings(NAMESPACE))
    use = foreign_use(listing.containers)
    nobodys = {o.name for o in (*listing.containers, *listing.networks, *listing.volumes) if inconsistency(o, use)}
    nobodys -= {v.name for c in listing.containers if not inconsistency(c) for v in c.volumes if v.anonymous}
    for stack in labelled_stacks(listing):
        namespace = namespace_of(stack)
        plan = plan_clean_or_nothing(namespace, observed_stack(listing, namespace))
        assert {name for node in plan for kind, name, _ in named(node.operation) if kind != "image"} & nobodys == set()


def plan_clean_or_nothing(namespace: Namespace, observed: Observed) -> Plan:
    try:
        return plan_clean(namespace, observed)
    except WtcError:
        return Plan()
