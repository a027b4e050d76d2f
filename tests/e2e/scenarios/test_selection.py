"""Which services a command is about: orphans, profiles, `.env` (scenarios 18 to 21)."""

import pytest

from tests.e2e.harness import Workshop, write
from tests.e2e.scenarios.stackfile import service, stackfile, states
from wtc.labels import NAME

pytestmark = pytest.mark.engine

PROFILED = stackfile(
    service("regular"),
    service("profiled", "profiles: [test-profile]", "depends_on: [needed]"),
    service("needed", "profiles: [test-profile]"),
    service("elsewhere", "profiles: [test-profile]"),
)


def test_orphans_go_when_asked_and_declared_services_are_none(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web"), service("words"), service("db"))})
    before = workshop.up().ids()
    write(workshop.main, {"compose.yaml": stackfile(service("web"), service("db"))})
    stack = workshop.up("--remove-orphans", "web")
    assert stack.ids() == {name: before[name] for name in ("web", "db")}


def test_one_off_container_of_a_removed_service_is_removed_with_orphans(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web"), service("words"))})
    stack = workshop.up()
    name = f"{stack.namespace}_words_run_1"
    labels = {**stack.container("words").labels, "com.docker.compose.oneoff": "True", NAME: name}
    one_off = workshop.client.containers.run("busybox:1.36", ["sleep", "1000"], name=name, labels=labels, detach=True)
    write(workshop.main, {"compose.yaml": stackfile(service("web"))})
    workshop.up()
    one_off.reload()
    workshop.up("--remove-orphans")
    assert set(stack.ids()) == {"web"}
    assert one_off.id not in {c.id for c in workshop.client.containers.list(all=True, ignore_removed=True)}


def test_a_profile_given_brings_its_services(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PROFILED})
    stack = workshop.up("--profile", "test-profile")
    assert set(stack.ids()) == {"regular", "profiled", "needed", "elsewhere"}


def test_without_the_profile_its_services_stay_away(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PROFILED})
    assert set(workshop.up().ids()) == {"regular"}


def test_what_a_profile_brought_stays_and_is_shown_without_it(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PROFILED})
    before = workshop.up("--profile", "test-profile").ids()
    stack = workshop.up()
    assert stack.ids() == before
    stacks = {s["namespace"]: s for s in workshop.wtc("ps", "--json").json()["stacks"]}
    assert {c["service"] for c in stacks[stack.namespace]["containers"]} == set(before)


def test_a_service_that_is_named_needs_no_profile(workshop: Workshop) -> None:
    text = stackfile(service("regular"), service("alone", "profiles: [test-profile]"), service("x", "profiles: [y]"))
    workshop.commit({"compose.yaml": text})
    assert set(workshop.up("alone").ids()) == {"alone"}


def test_a_service_that_is_named_brings_only_what_it_depends_on(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PROFILED})
    assert set(workshop.up("profiled").ids()) == {"profiled", "needed"}


def test_profiles_come_from_the_env_file(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PROFILED, "with-profile.env": "COMPOSE_PROFILES=test-profile\n"})
    stack = workshop.up("--env-file", "with-profile.env")
    assert set(stack.ids()) == {"regular", "profiled", "needed", "elsewhere"}


def test_the_compose_file_comes_from_dotenv(workshop: Workshop) -> None:
    workshop.commit(
        {
            ".env": "COMPOSE_FILE=base.yaml:more.yaml\nCOMPOSE_PROFILES=extra\nWORD=hello\n",
            "base.yaml": stackfile(service("web", "environment: {WORD: '${WORD}'}")),
            "more.yaml": stackfile(service("extra", "profiles: [extra]")),
        }
    )
    stack = workshop.up()
    assert states(stack) == {"web": "running", "extra": "running"}
    assert stack.variable("web", "WORD") == "hello"


def test_the_dotenv_of_the_folder_wins_over_the_projects(workshop: Workshop) -> None:
    workshop.commit(
        {
            "compose.yaml": stackfile(service("web", "environment: {PAIR: '${ROOT:-none} ${WIN:-none}'}")),
            ".env": "ROOT=root\nWIN=root\n",
            "sub/.env": f"COMPOSE_FILE={workshop.main}/compose.yaml\nWIN=sub\n",
        }
    )
    assert workshop.up().variable("web", "PAIR") == "root root"
    assert workshop.up(cwd=workshop.main / "sub").variable("web", "PAIR") == "root sub"
