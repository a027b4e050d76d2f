"""`extends`."""

from tests.compose.memory import config, refused


def test_all_attributes_of_a_service_in_the_same_file_are_inherited() -> None:
    found = config(
        "services: {a: {extends: b, environment: {A: 2}}, c: {image: y},"
        " b: {image: x, environment: [A=1, B=1], depends_on: [c], command: run}}"
    )["services"]["a"]
    assert found["environment"] == {"A": "2", "B": "1"}
    assert found["command"] == ["run"]
    assert list(found["depends_on"]) == ["c"]


def test_paths_in_another_file_are_relative_to_that_file() -> None:
    found = config(
        {
            "compose.yaml": "services: {a: {extends: {file: s/b.yaml, service: b}}}",
            "s/b.yaml": "services: {b: {extends: {file: d/e.yaml, service: e}, build: {context: ./ctx}}}",
            "s/d/e.yaml": "services: {e: {volumes: ['./v:/v']}}",
        }
    )["services"]["a"]
    assert found["build"]["context"] == "/srv/app/s/ctx"
    assert found["volumes"][0]["source"] == "/srv/app/s/d/v"


def test_other_file_is_not_validated_and_gives_only_its_service() -> None:
    found = config(
        {
            "compose.yaml": "services: {a: {extends: {file: b.yaml, service: b}}}",
            "b.yaml": "foo: 1\nservices: {b: {image: x}}\nvolumes: {v: {}}",
        }
    )
    assert "volumes" not in found


def test_resets_of_the_extending_service_apply_to_its_base() -> None:
    found = config(
        "services: {a: {extends: b, ports: !reset [], command: !override [z], environment: {A: !reset null}},"
        " b: {image: x, ports: ['1:1'], command: c, environment: {A: 1, B: 1}}}"
    )["services"]["a"]
    assert "ports" not in found
    assert found["command"] == ["z"]
    assert found["environment"] == {"B": "1"}


def test_service_of_an_earlier_file_cannot_be_extended() -> None:
    files = {"compose.yaml": "services: {base: {image: x}}", "o.yaml": "services: {a: {extends: bas}}"}
    assert refused(files, files=("compose.yaml", "o.yaml")) == [
        "o.yaml:1:25 `services.a.extends` names `bas`, which is not a service in `/srv/app/o.yaml`"
    ]


def test_extends_cycle_is_reported_with_all_steps() -> None:
    found = refused("services: {a: {extends: b}, b: {extends: a, image: x}}")
    assert found[0].endswith(
        "services extend each other: `a` (/srv/app/compose.yaml) -> `b` (/srv/app/compose.yaml)"
        " -> `a` (/srv/app/compose.yaml)"
    )


def test_missing_file_is_reported_at_the_extends_that_names_it() -> None:
    assert refused("services: {a: {extends: {file: n.yaml, service: b}}}") == [
        "compose.yaml:1:32 cannot read `/srv/app/n.yaml`: no such file"
    ]


def test_too_deep_chain_of_extends_is_rejected() -> None:
    chain = "\n".join(f"  s{i}: {{extends: s{i + 1}}}" for i in range(500))
    assert "more than 100 levels deep" in refused(f"services:\n{chain}\n  s500: {{image: x}}")[-1]
