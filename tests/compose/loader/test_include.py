"""`include`."""

from tests.compose.memory import config, project, refused
from wtc.compose.loader.decode import decode_project

INNER = "services: {i: {image: 'q:${V:-none}', volumes: ['./v:/v'], environment: [W]}}\nvolumes: {d: {}}"


def test_included_part_has_its_own_folder_and_env_file() -> None:
    files = {
        "compose.yaml": "include: [sub/c.yaml]\nservices: {m: {image: m}}",
        "sub/c.yaml": INNER,
        "sub/.env": "V=1\nW=2",
    }
    found = config(files)["services"]["i"]
    assert found["image"] == "q:1"
    assert found["environment"] == {"W": "2"}
    assert found["volumes"][0]["source"] == "/srv/app/sub/v"


def test_variables_of_the_including_part_win() -> None:
    files = {"compose.yaml": "include: [sub/c.yaml]", "sub/c.yaml": INNER, "sub/.env": "V=1", ".env": "V=parent"}
    assert config(files)["services"]["i"]["image"] == "q:parent"


def test_several_paths_are_merged_in_the_given_project_directory() -> None:
    files = {
        "compose.yaml": "include: [{path: [sub/a.yaml, sub/b.yaml], project_directory: pd, env_file: my.env}]",
        "sub/a.yaml": "services: {i: {image: q, build: .}}",
        "sub/b.yaml": "services: {i: {command: 'run ${V}'}}",
        "pd/keep": "",
        "my.env": "V=x",
    }
    found = config(files)["services"]["i"]
    assert found["command"] == ["run", "x"]
    assert found["build"]["context"] == "/srv/app/pd"


def test_missing_project_directory_falls_back_to_its_parent() -> None:
    files = {"compose.yaml": "include: [{path: a.yaml, project_directory: n/d}]", "a.yaml": "services: {i: {build: .}}"}
    assert config(files)["services"]["i"]["build"]["context"] == "/srv/app/n"


def test_file_included_twice_is_defined_once() -> None:
    files = {
        "compose.yaml": "include: [a.yaml, b.yaml]",
        "a.yaml": "include: [d.yaml]\nservices: {a: {image: x}}",
        "b.yaml": "include: [d.yaml]\nservices: {b: {image: x}}",
        "d.yaml": "services: {d: {image: x, ports: ['1:1']}}",
    }
    assert sorted(config(files)["services"]) == ["a", "b", "d"]


def test_included_resource_can_only_be_overridden_by_a_later_file() -> None:
    files = {
        "compose.yaml": "include: [i.yaml]\nservices: {i: {command: c}}",
        "clean.yaml": "include: [i.yaml]",
        "i.yaml": "services: {i: {image: q}}",
        "o.yaml": "services: {i: {command: c}}",
    }
    assert config(files, files=("clean.yaml", "o.yaml"))["services"]["i"]["command"] == ["c"]
    assert refused(files)[0].startswith("compose.yaml:2:12 `services.i` is defined at")


def test_include_cycle_is_reported_with_all_steps() -> None:
    found = refused({"compose.yaml": "include: [a.yaml]", "a.yaml": "include: [compose.yaml]"})
    chain = "`/srv/app/compose.yaml` -> `/srv/app/a.yaml` -> `/srv/app/compose.yaml`"
    assert found == [f"a.yaml:1:11 files include each other: {chain}"]


def test_each_file_of_an_exponential_tree_is_loaded_once() -> None:
    files = {f"i{k}.yaml": f"include: [i{k + 1}.yaml, {{path: i{k + 1}.yaml}}, i{k + 1}.yaml]" for k in range(30)}
    files |= {"compose.yaml": "include: [i0.yaml]", "i30.yaml": "services: {a: {image: x}}"}
    assert list(config(files)["services"]) == ["a"]


def test_remote_file_is_rejected() -> None:
    assert "wtc reads local files only" in refused("include: ['https://example.com/c.yaml']")[0]


def test_secrets_and_configs_of_an_included_part_take_their_content_from_its_variables() -> None:
    inner = "services: {i: {image: q, secrets: [s], configs: [c]}}\n"
    inner += "secrets: {s: {environment: V}}\nconfigs: {c: {environment: W}}"
    files = {
        "compose.yaml": "include: [sub/c.yaml]\nservices: {m: {image: m, secrets: [own]}}\n"
        "secrets: {own: {environment: V}}",
        "sub/c.yaml": inner,
        "sub/.env": "V=inner\nW=inner",
    }
    found = decode_project(project(files, environment={"W": "outer"}))
    assert {name: s.content for name, s in found.secrets.items()} == {"s": "inner", "own": None}
    assert found.configs["c"].content == "outer"
