"""Finding the files of a project, its name and its profiles."""

import pytest

from tests.compose.memory import config, project, refused
from wtc.errors import ComposeFileError, UsageError

FILE = "services: {a: {image: 'x:${V-}'}}"


def test_first_default_file_name_is_used_with_its_override() -> None:
    files = {
        "compose.yaml": FILE,
        "docker-compose.yml": "services: {}",
        "compose.override.yml": "services: {a: {command: c}}",
    }
    loaded = project(files)
    assert loaded.files == ("/srv/app/compose.yaml", "/srv/app/compose.override.yml")
    assert len(loaded.warnings) == 1


def test_search_goes_up_and_reads_both_env_files() -> None:
    files = {"compose.yaml": FILE, ".env": "V=above\nW=above", "sub/.env": "V=here"}
    loaded = project(files, cwd="/srv/app/sub")
    assert loaded.working_dir == "/srv/app"
    assert (loaded.environment["V"], loaded.environment["W"]) == ("here", "above")


def test_compose_file_variable_can_come_from_the_env_file() -> None:
    files = {
        "c.yaml": FILE,
        "o.yaml": "services: {b: {image: y}}",
        ".env": "COMPOSE_FILE=c.yaml;o.yaml\nCOMPOSE_PATH_SEPARATOR=;",
    }
    assert sorted(config(files)["services"]) == ["a", "b"]


def test_folder_is_replaced_by_its_compose_file() -> None:
    assert project({"sub/compose.yaml": FILE}, files=("sub",)).files == ("/srv/app/sub/compose.yaml",)


def test_standard_input_is_a_file() -> None:
    assert project({"-": FILE}, files=("-",)).files == ("-",)


def test_paths_are_relative_to_the_first_file() -> None:
    files = {"compose.yaml": FILE, "o/o.yaml": "services: {a: {volumes: ['./v:/v']}}"}
    assert config(files, files=("compose.yaml", "o/o.yaml"))["services"]["a"]["volumes"][0]["source"] == "/srv/app/v"


def test_error_without_a_compose_file_shows_the_search_path_and_a_hint() -> None:
    with pytest.raises(ComposeFileError) as caught:
        project({"README.md": ""})
    assert "`compose.yaml`" in caught.value.causes[0]
    assert "/srv/app" in caught.value.causes[0]
    assert "-f FILE" in caught.value.hints[0]


def test_error_in_a_folder_that_is_gone_names_it() -> None:
    with pytest.raises(ComposeFileError) as caught:
        project({})
    assert caught.value.causes == ("the folder `/srv/app` does not exist",)
    assert "-w PATH" in caught.value.hints[0]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "cannot read `/srv/app/n.yaml`: no such file"),
        ({"n.yaml/x": ""}, "cannot read `/srv/app/n.yaml`: it is a folder"),
    ],
)
def test_unreadable_file_is_named_in_the_error(files: dict[str, str], message: str) -> None:
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
def test_project_name_comes_from_option_variable_file_or_folder(
    name: str, environment: dict[str, str], given: str, expected: str
) -> None:
    loaded = project(f"{name}\n{FILE}", environment=environment, project_name=given)
    assert loaded.name == expected
    assert loaded.environment["COMPOSE_PROJECT_NAME"] == expected


@pytest.mark.parametrize("name", ["Upper", "-x", "a.b"])
def test_explicit_project_name_must_be_valid(name: str) -> None:
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
def test_profiles_and_named_services_enable_services(request_: dict[str, object], expected: list[str]) -> None:
    assert sorted(config(PROFILES, **request_)["services"]) == expected


def test_unknown_service_is_a_usage_error_with_a_similar_name() -> None:
    with pytest.raises(UsageError, match="no such service: `webb`") as caught:
        project("services: {web: {image: x}}", services=("webb",))
    assert caught.value.hints == ("did you mean `web`?",)
