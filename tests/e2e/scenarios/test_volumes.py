"""Volumes: what is mounted, what survives, what a change does (scenarios 27 and 28)."""

from collections.abc import Iterator

import pytest

from tests.e2e.harness import Workshop, write
from tests.e2e.scenarios.stackfile import inspected, service, stackfile

pytestmark = pytest.mark.engine


def test_binds_named_and_anonymous_volumes_are_mounted(workshop: Workshop) -> None:
    text = stackfile(
        service(
            "web",
            "volumes: ['./static:/static:ro', 'named:/named', '/anonymous',"
            " {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}},"
            " {type: volume, source: named, target: /again, read_only: true}]",
            "tmpfs: [/plain]",
        ),
        volumes="{named: {labels: {mine: 'yes'}}}",
    )
    workshop.commit({"compose.yaml": text, "static/page": "hello"})
    stack = workshop.up()
    mounts = {m["Destination"]: m for m in inspected(stack, "web")["Mounts"]}
    assert (mounts["/static"]["Type"], mounts["/static"]["Source"]) == ("bind", str(workshop.main / "static"))
    assert mounts["/static"]["RW"] is False
    assert (mounts["/named"]["Type"], mounts["/named"]["Name"]) == ("volume", f"{stack.namespace}_named")
    assert mounts["/again"]["RW"] is False
    assert len(mounts["/anonymous"]["Name"]) == 64
    assert workshop.client.volumes.get(f"{stack.namespace}_named").attrs["Labels"]["mine"] == "yes"
    assert stack.run("web", "cat", "/static/page") == "hello"
    table = stack.run("web", "cat", "/proc/mounts")
    assert "tmpfs /scratch tmpfs" in table
    assert "tmpfs /plain tmpfs" in table
    assert "size=1024k" in next(line for line in table.splitlines() if "/scratch" in line)


def test_an_anonymous_volume_survives_recreate_and_is_renewed_when_asked(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "volumes: [/kept]"))})
    stack = workshop.up()
    stack.run("web", "touch", "/kept/row")
    first = inspected(stack, "web")["Mounts"][0]["Name"]
    workshop.up("--recreate")
    assert inspected(stack, "web")["Mounts"][0]["Name"] == first
    workshop.up("--recreate", "--renew-anon-volumes")
    assert inspected(stack, "web")["Mounts"][0]["Name"] != first
    assert stack.run("web", "ls", "/kept") == ""
    # Nothing but `clean` removes a volume.
    workshop.client.volumes.get(first)


def test_renewed_anonymous_volume_is_kept_by_the_next_up(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "volumes: [/kept]"))})
    stack = workshop.up()
    workshop.up("--recreate", "-V")
    stack.run("web", "touch", "/kept/second")
    workshop.wtc("down")
    workshop.up()
    assert stack.run("web", "ls", "/kept") == "second\n"


def test_only_clean_removes_named_volumes(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "volumes: ['named:/named']"), volumes="{named: }")})
    stack = workshop.up()
    workshop.wtc("down")
    assert workshop.leftovers() == [f"volume {stack.namespace}_named"]
    workshop.wtc("clean", "-y")
    assert workshop.leftovers() == []


@pytest.fixture
def externals(workshop: Workshop) -> Iterator[list[str]]:
    """Two external volumes, removed when the stack is gone."""
    volumes = [workshop.client.volumes.create(f"wtc-e2e-{n}-{workshop.token}") for n in ("one", "two")]
    yield [v.name for v in volumes]
    workshop.tear_down()
    for volume in volumes:
        volume.remove()


def test_another_external_volume_recreates_the_container(workshop: Workshop, externals: list[str]) -> None:
    text = stackfile(service("app", "volumes: ['my:/my']"), volumes="{my: {external: true, name: 'wtc-e2e-${WHICH}'}}")
    workshop.commit({"compose.yaml": text})
    one, two = ({"WHICH": f"{n}-{workshop.token}"} for n in ("one", "two"))
    before = workshop.up(env=one)
    before_id = before.ids()["app"]
    assert inspected(before, "app")["Mounts"][0]["Name"] == externals[0]
    after = workshop.up(env=two)
    assert after.ids()["app"] != before_id
    assert inspected(after, "app")["Mounts"][0]["Name"] == externals[1]


def test_changed_volume_is_reported_and_kept_with_its_data(workshop: Workshop) -> None:
    text = stackfile(service("app", "volumes: ['my:/my']"), volumes="{my: {labels: {foo: bar}}}")
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    stack.run("app", "touch", "/my/row")
    before = stack.ids()
    write(workshop.main, {"compose.yaml": text.replace("foo: bar", "foo: zot")})
    ended = workshop.wtc("up")
    assert "warning: volume `my` differs from the file" in ended.err
    assert stack.ids() == before
    assert stack.run("app", "ls", "/my") == "row\n"


def test_an_unchanged_bind_recreates_nothing(workshop: Workshop) -> None:
    text = stackfile(service("app", "volumes: ['./:/here', {type: bind, source: ./sub, target: /sub}]"))
    workshop.commit({"compose.yaml": text, "sub/page": "one"})
    before = workshop.up().ids()
    write(workshop.main, {"sub/page": "two"})
    again = workshop.up()
    assert (again.answer["changed"], again.ids()) == (False, before)
    assert again.run("app", "cat", "/sub/page") == "two"


def test_a_long_bind_whose_source_is_missing_is_an_error_and_a_short_one_is_made(workshop: Workshop) -> None:
    long = "volumes: [{type: bind, source: ./missing, target: /x, bind: {create_host_path: false}}]"
    workshop.commit({"compose.yaml": stackfile(service("app", long))})
    assert "missing" in workshop.refused("up", status=1).err
    write(workshop.main, {"compose.yaml": stackfile(service("app", "volumes: ['./missing:/x']"))})
    workshop.up()
    assert (workshop.main / "missing").is_dir()
