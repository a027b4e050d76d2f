"""The whole text of errors and warnings about a compose file."""

import pytest

from tests.compose.memory import FOLDER, project
from wtc.cli.render.errors import diagnostic_text, error_text
from wtc.errors import ComposeFileError


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setenv("NO_COLOR", "1")


def printed(files: str | dict[str, str | bytes]) -> str:
    """Return the error, or the warnings, as they are printed."""
    try:
        text = "".join(diagnostic_text(d) for d in project(files).warnings)
    except ComposeFileError as error:
        text = error_text(error)
    return text.replace(f"{FOLDER}/", "")


def test_misspelt_attribute_is_reported_with_a_similar_name() -> None:
    assert printed("services:\n  web:\n    image: x\n    enviroment: {A: 1}\n    deploy: {resorces: {}}\n") == (
        "error: `web` has no attribute `enviroment`\n"
        "  --> compose.yaml:4:5  services.web.enviroment\n"
        "hint: did you mean `environment`?\n"
        "error: `deploy` has no attribute `resorces`\n"
        "  --> compose.yaml:5:14  services.web.deploy.resorces\n"
        "hint: did you mean `resources`?\n"
    )


@pytest.mark.parametrize(
    ("text", "message", "place", "guess"),
    [
        ("service: {web: {image: x}}", "the compose file has no attribute `service`", "1:1  service", "services"),
        (
            "services: {web: {image: x, depends_on: [databse]}, database: {image: y}}",
            "service `web` depends on `databse`, which is not defined",
            "1:41  services.web.depends_on.databse",
            "database",
        ),
        (
            "services: {web: {image: x, networks: [backedn]}}\nnetworks: {backend: {}}",
            "service `web` uses network `backedn`, which is not defined",
            "1:39  services.web.networks.backedn",
            "backend",
        ),
        (
            "services: {web: {image: x, volumes: ['dta:/data']}}\nvolumes: {data: {}}",
            "service `web` uses volume `dta`, which is not defined",
            "1:38  services.web.volumes[0]",
            "data",
        ),
        (
            "services: {web: {extends: bse}, base: {image: x}}",
            "`services.web.extends` names `bse`, which is not a service in `compose.yaml`",
            "1:27  services.web.extends",
            "base",
        ),
    ],
)
def test_misspelt_reference_is_reported_with_a_similar_name(text: str, message: str, place: str, guess: str) -> None:
    expected = f"error: {message}\n  --> compose.yaml:{place}\nhint: did you mean `{guess}`?\n"
    assert printed(text) == expected


def test_extends_cycle_is_reported_with_all_steps() -> None:
    files: dict[str, str | bytes] = {
        "compose.yaml": "services:\n  a: {extends: {file: b.yaml, service: b}}\n",
        "b.yaml": "services:\n  b: {extends: {file: compose.yaml, service: a}}\n",
    }
    assert printed(files) == (
        "error: services extend each other: `a` (compose.yaml) -> `b` (b.yaml) -> `a` (compose.yaml)\n"
        "  --> compose.yaml:2:16  services.a.extends\n"
        "hint: to break the cycle, remove one `extends`\n"
    )


def test_include_cycle_is_reported_with_all_steps() -> None:
    files: dict[str, str | bytes] = {
        "compose.yaml": "include: [a.yaml]\nservices: {}\n",
        "a.yaml": "include:\n  - b.yaml\n",
        "b.yaml": "include: [a.yaml]\n",
    }
    assert printed(files) == (
        "error: files include each other: `a.yaml` -> `b.yaml` -> `a.yaml`\n"
        "  --> b.yaml:1:11  include[0]\n"
        "hint: to break the cycle, remove one `include`\n"
    )


def test_dependency_cycle_is_reported_with_all_steps() -> None:
    services = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n"
    assert printed(services + "  c: {image: x, depends_on: [a]}\n") == (
        "error: dependency cycle: `a` -> `b` -> `c` -> `a`\n  --> compose.yaml:4:30  services.c.depends_on.a\n"
    )


def test_unset_variable_is_reported_once_at_its_first_use() -> None:
    assert printed("services:\n  web:\n    image: x:${TAG}\n    environment: [A=$TAG]\n") == (
        "warning: the variable `TAG` is not set; defaulting to an empty string\n"
        "  --> compose.yaml:3:12  services.web.image\n"
        "hint: to set it, add `TAG=...` to the `.env` file\n"
    )


def test_missing_required_variable_is_reported_with_the_message_of_the_file() -> None:
    assert printed("services:\n  web:\n    image: x:${TAG:?give it a tag}\n") == (
        "error: the required variable `TAG` is not set: give it a tag\n"
        "  --> compose.yaml:3:12  services.web.image\n"
        "hint: to set it, add `TAG=...` to the `.env` file\n"
    )


def test_invalid_variable_is_reported_with_a_hint_about_dollar_signs() -> None:
    assert printed("services:\n  web:\n    image: x\n    command: echo ${A B}\n") == (
        "error: `${A B}` is not a valid variable\n"
        "  --> compose.yaml:4:14  services.web.command\n"
        "hint: to write a dollar sign, double it: `$$`\n"
    )


def test_all_problems_of_a_file_are_reported_in_one_run() -> None:
    text = """\
services:
  web:
    image: x
    ports: ['80800:80']
    cpus: many
    volumes: {a: b}
    tty: [x]
  db:
    image: 7
    enviroment: {}
    depends_on: {x: {condition: healthy}}
"""
    assert printed(text) == (
        "error: `many` is not a number\n"
        "  --> compose.yaml:5:11  services.web.cpus\n"
        "error: `volumes` must be a list, not a mapping\n"
        "  --> compose.yaml:6:14  services.web.volumes\n"
        "error: `tty` must be a string, `true` or `false`, not a list\n"
        "  --> compose.yaml:7:10  services.web.tty\n"
        "error: `image` must be a string, not a whole number\n"
        "  --> compose.yaml:9:12  services.db.image\n"
        "hint: to write it as a string, put it in quotes\n"
        "error: `db` has no attribute `enviroment`\n"
        "  --> compose.yaml:10:5  services.db.enviroment\n"
        "hint: did you mean `environment`?\n"
        "error: `condition` must be `service_started`, `service_healthy` or `service_completed_successfully`, "
        "not `healthy`\n"
        "  --> compose.yaml:11:33  services.db.depends_on.x.condition\n"
        "error: `services.web.ports[0]` is not a valid port: "
        "host port `80800` is not a port or port range within 0-65535\n"
        "  --> compose.yaml:4:13  services.web.ports[0]\n"
        "hint: expected `[[IP:]HOST_PORT:]CONTAINER_PORT[/PROTOCOL]`\n"
    )


def test_all_undefined_references_are_reported_in_one_run() -> None:
    text = "services:\n  web: {image: x, networks: [n], volumes: ['v1:/v'], depends_on: [x], secrets: [s]}\n  db: {}\n"
    assert printed(text) == (
        "error: service `web` uses network `n`, which is not defined\n"
        "  --> compose.yaml:2:30  services.web.networks.n\n"
        "hint: to define it, add `networks: {n: {}}`\n"
        "error: service `web` uses volume `v1`, which is not defined\n"
        "  --> compose.yaml:2:44  services.web.volumes[0]\n"
        "hint: to define it, add `volumes: {v1: {}}`\n"
        "error: service `web` uses secret `s`, which is not defined\n"
        "  --> compose.yaml:2:81  services.web.secrets[0]\n"
        "hint: to define it, add it under `secrets:`\n"
        "error: service `web` depends on `x`, which is not defined\n"
        "  --> compose.yaml:2:67  services.web.depends_on.x\n"
        "error: service `db` has neither `image` nor `build`\n"
        "  --> compose.yaml:3:3  services.db\n"
        "hint: to run an image, set `image`; to build one, set `build`\n"
    )


def test_invalid_values_do_not_hide_undefined_references() -> None:
    text = "services:\n  web:\n    image: x\n    stop_grace_period: soon\n    mem_limit: much\n    networks: [n]\n"
    assert printed(text) == (
        "error: `services.web.stop_grace_period` is `soon`, expected a duration such as `1m30s`\n"
        "  --> compose.yaml:4:24  services.web.stop_grace_period\n"
        "error: `services.web.mem_limit` is `much`, expected a size such as `512m`\n"
        "  --> compose.yaml:5:16  services.web.mem_limit\n"
        "error: service `web` uses network `n`, which is not defined\n"
        "  --> compose.yaml:6:16  services.web.networks.n\n"
        "hint: to define it, add `networks: {n: {}}`\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "services:\n\tweb: {image: x}\n",
            (
                "error: not valid YAML: found character that cannot start any token while scanning for the next token\n"
                "  --> compose.yaml:2:1\n"
                "hint: to indent, use spaces instead of the tab\n"
            ),
        ),
        (
            "services:\n  web: {image: x}\n  web: {image: y}\n",
            (
                "error: duplicate key `web`, first used in line 2\n"
                "  --> compose.yaml:3:3\n"
                "hint: to keep one `web`, remove or rename the other\n"
            ),
        ),
        (
            "services:\n  web:\n    image: x\n    environment:\n",
            (
                "error: `environment` must be a list or a mapping, not empty\n"
                "  --> compose.yaml:4:17  services.web.environment\n"
                "hint: to leave it out, remove the line\n"
            ),
        ),
        (
            "services:\n  web:\n    image: x\n    environment: {D: 2020-01-01}\n",
            (
                "error: `D` must be a string, a number, `true` or `false`, not a date\n"
                "  --> compose.yaml:4:22  services.web.environment.D\n"
                "hint: to write it as a string, put it in quotes\n"
            ),
        ),
    ],
)
def test_common_mistake_is_reported_with_a_hint(text: str, expected: str) -> None:
    assert printed(text) == expected


def test_environment_values_are_never_shown() -> None:
    text = "services:\n  web:\n    image: x\n    environment: {PASSWORD: [s3cret], KEY: {a: s3cret}}\n"
    assert "s3cret" not in printed(text)


def test_names_with_variables_are_not_reported_as_undefined_without_interpolation() -> None:
    with pytest.raises(ComposeFileError) as caught:
        project(
            "services: {web: {image: x, imag: y, volumes: ['${DATA}:/x'], networks: ['${NET}']}}", interpolate=False
        )
    assert [d.message for d in caught.value.diagnostics] == ["`web` has no attribute `imag`"]


def findings(files: str | dict[str, str | bytes]) -> list[str]:
    """Return the messages of the errors."""
    return [line.removeprefix("error: ") for line in printed(files).splitlines() if line.startswith("error: ")]


def test_misspelt_and_undefined_names_are_reported_in_one_run() -> None:
    text = """\
services:
  web:
    image: x
    imagee: y
    volumes: [data:/data, logs:/logs]
    networks: [back]
    depends_on: [dbb]
  db:
    image: z
    secrets: [key]
volumes:
  logs: {drivr: local}
"""
    assert findings(text) == [
        "`web` has no attribute `imagee`",
        "`logs` has no attribute `drivr`",
        "service `web` uses network `back`, which is not defined",
        "service `web` uses volume `data`, which is not defined",
        "service `web` depends on `dbb`, which is not defined",
        "service `db` uses secret `key`, which is not defined",
    ]


@pytest.mark.parametrize(
    ("files", "only"),
    [
        pytest.param(
            "services: {web: {image: x, volumes: ['data:/x']}}\nvolums: {data: {}}",
            "the compose file has no attribute `volums`",
            id="misspelt section",
        ),
        pytest.param(
            "services: {web: {image: x, volumes: ['data:/x']}}\nvolumes: [data]",
            "`volumes` must be a mapping, not a list",
            id="invalid section",
        ),
        pytest.param(
            "services: {web: {image: x, volumes: ['data:/x', {type: volume, sourc: data, target: /y}]}}",
            "an item of `volumes` has no attribute `sourc`",
            id="attribute with an error",
        ),
        pytest.param(
            "services: {web: {image: x, volumes: ['${DATA:?is not set}:/x']}}",
            "the required variable `DATA` is not set: is not set",
            id="name from a missing variable",
        ),
        pytest.param(
            "services: {web: {image: x, depends_on: [db]}, db: {imag: x}}",
            "`db` has no attribute `imag`",
            id="service with an error",
        ),
        pytest.param(
            "services: {web: {image: x, depends_on: [db]}, db: 1}",
            "`db` must be a mapping, not a whole number",
            id="invalid service",
        ),
        pytest.param(
            {
                "compose.yaml": "services: {web: {image: x, imag: y, volumes: ['data:/x']}}",
                "compose.override.yaml": "volumes: {data: {}}",
            },
            "`web` has no attribute `imag`",
            id="defined in a later file",
        ),
        pytest.param(
            "include: [none.yaml]\nservices: {web: {image: x, volumes: ['data:/x']}}",
            "cannot read `none.yaml`: no such file",
            id="defined in a missing included file",
        ),
    ],
)
def test_consequence_of_an_error_is_not_reported(files: str | dict[str, str | bytes], only: str) -> None:
    assert findings(files) == [only]
