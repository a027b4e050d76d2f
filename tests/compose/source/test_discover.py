"""Which files, which name, which profiles."""

import pytest

from tests.compose.memory import config, project, refused
from wtc.errors import ComposeFileError, UsageError

FILE = "services: {a: {image: 'x:${V-}'}}"


def test_first_of_the_usual_names_is_read_with_its_override() -> None:
    files = {
        "compose.yaml": FILE,
        "docker-compose.yml": "services: {}",
        "compose.override.yml": "services: {a: {command: c}}",
    }
    loaded = project(files)
    assert loaded.files == ("/srv/app/compose.yaml", "/srv/app/compose.override.yml")
    assert len(loaded.warnings) == 1


def test_search_goes_up_and_both_env_files_count() -> None:
    files = {"compose.yaml": FILE, ".env": "V=above\nW=above", "sub/.env": "V=here"}
    loaded = project(files, cwd="/srv/app/sub")
    assert loaded.working_dir == "/srv/app"
    assert (loaded.environment["V"], loaded.environment["W"]) == ("here", "above")


def test_variable_names_the_files_and_may_come_from_the_env_file() -> None:
    files = {
        "c.yaml": FILE,
        "o.yaml": "services: {b: {image: y}}",
        ".env": "COMPOSE_FILE=c.yaml;o.yaml\nCOMPOSE_PATH_SEPARATOR=;",
    }
    assert sorted(config(files)["services"]) == ["a", "b"]


def test_folder_stands_for_the_compose_file_in_it() -> None:
    assert project({"sub/compose.yaml": FILE}, files=("sub",)).files == ("/srv/app/sub/compose.yaml",)


def test_standard_input_is_a_file() -> None:
    assert project({"-": FILE}, files=("-",)).files == ("-",)


def test_paths_are_relative_to_the_first_file() -> None:
    files = {"compose.yaml": FILE, "o/o.yaml": "services: {a: {volumes: ['./v:/v']}}"}
    assert config(files, files=("compose.yaml", "o/o.yaml"))["services"]["a"]["volumes"][0]["source"] == "/srv/app/v"


def test_nothing_found_says_where_it_was_looked_for_and_what_to_do() -> None:
    with pytest.raises(ComposeFileError) as caught:
        project({})
    assert "`compose.yaml`" in caught.value.causes[0]
    assert "/srv/app" in caught.value.causes[0]
    assert "-f FILE" in caught.value.hints[0]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "cannot read `/srv/app/n.yaml`: no such file"),
        ({"n.yaml/x": ""}, "cannot read `/srv/app/n.yaml`: it is a folder"),
    ],
)
def test_file_that_cannot_be_read_is_named(files: dict[str, str], message: str) -> None:
    assert refused(files, files=("n.yaml",))[0].endswith(message)


@pytest.mark.parametrize(
    ("name", "environment", "given", "expected"),
    [
        ("", {}, "", "app"),
        ("name: 'My_Name.X'", {}, "", "my_namex"),
        ("name: 'n-${V}'", {"V": "1"}, "", "n-1"),
        ("name: file", {"COMPOSE_PROJECT_NAME": "env"}, "", "env"),
        ("name: file", {"COMPOSE_PROJECT_NAME": "env"}, "flag", "flag"),
    ],
)
def test_name_of_the_project(name: str, environment: dict[str, str], given: str, expected: str) -> None:
    loaded = project(f"{name}\n{FILE}", environment=environment, project_name=given)
    assert loaded.name == expected
    assert loaded.environment["COMPOSE_PROJECT_NAME"] == expected


@pytest.mark.parametrize("name", ["Upper", "-x", "a.b"])
def test_name_given_outright_must_be_a_valid_one(name: str) -> None:
    assert "is not valid" in refused(FILE, project_name=name)[0]


PROFILES = "services: {a: {image: x, profiles: [p], depends_on: [b]}, b: {image: y}, c: {image: z, profiles: [q]}}"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ["b"]),
        ({"profiles": ("p",)}, ["a", "b"]),
        ({"profiles": ("*",)}, ["a", "b", "c"]),
        ({"environment": {"COMPOSE_PROFILES": "p, q"}}, ["a", "b", "c"]),
        ({"services": ("a",)}, ["a", "b"]),
        ({"services": ("c",)}, ["c"]),
    ],
)
def test_profiles_and_named_services_choose_what_is_on(request_: dict[str, object], expected: list[str]) -> None:
    assert sorted(config(PROFILES, **request_)["services"]) == expected


def test_unknown_service_is_a_usage_error_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="no such service: `webb`") as caught:
        project("services: {web: {image: x}}", services=("webb",))
    assert caught.value.hints == ("did you mean `web`?",)
