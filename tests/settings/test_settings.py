"""Settings: which source takes precedence, and the error for an invalid value."""

import os
import pwd
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from wtc.errors import ComposeFileError, UsageError
from wtc.model.position import Position
from wtc.settings.settings import (
    BIND,
    ENGINE_TIMEOUT,
    MEM_LIMIT,
    OVERSUBSCRIBE,
    PORT_RANGE,
    SUBNET_POOL,
    Source,
    config_dir,
    load_settings,
    user_setting,
)
from wtc.settings.toml_files import Section


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"WTC_CONFIG_DIR": str(tmp_path)}


def write(environment: Mapping[str, str], content: str | bytes) -> str:
    path = Path(environment["WTC_CONFIG_DIR"], "config.toml")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/me"}, "/home/me/.config/wtc"),
        ({"HOME": "/home/me", "XDG_CONFIG_HOME": "/etc/me"}, "/etc/me/wtc"),
        ({"HOME": "/home/me", "XDG_CONFIG_HOME": ""}, "/home/me/.config/wtc"),
        ({"HOME": "/home/me", "XDG_CONFIG_HOME": "relative"}, "/home/me/.config/wtc"),
        ({"HOME": "/home/me", "XDG_CONFIG_HOME": "/etc/me", "WTC_CONFIG_DIR": "/state"}, "/state"),
        ({"HOME": "/home/me", "WTC_CONFIG_DIR": ""}, "/home/me/.config/wtc"),
    ],
)
def test_config_folder_is_the_first_that_is_set(environment: Mapping[str, str], expected: str) -> None:
    assert config_dir(environment) == expected


def test_relative_config_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert config_dir({"WTC_CONFIG_DIR": "state"}) == str(tmp_path / "state")


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "relative"}, {"HOME": "./home"}])
def test_home_comes_from_the_user_database_if_it_is_not_an_absolute_path(environment: Mapping[str, str]) -> None:
    assert config_dir(environment) == f"{pwd.getpwuid(os.getuid()).pw_dir}/.config/wtc"


def test_unknown_home_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown_user(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown_user)
    with pytest.raises(UsageError, match="`HOME` is not set") as raised:
        config_dir({})
    assert "WTC_CONFIG_DIR" in raised.value.hints[0]
    with pytest.raises(UsageError, match="`HOME` is `home`, which is not an absolute path"):
        config_dir({"HOME": "home"})


def test_defaults_match_the_contract(environment: dict[str, str]) -> None:
    assert load_settings(environment).of(PORT_RANGE).value == range(20000, 30000)
    assert load_settings(environment).of(BIND).value == "127.0.0.1"
    settings = load_settings(environment)
    assert settings.of(MEM_LIMIT).value == 0
    assert {each.source for each in settings.chosen.values()} == {Source.DEFAULT}


def test_each_source_overrides_those_of_lower_precedence(environment: dict[str, str]) -> None:
    command_line: dict[str, str] = {}
    project = Section()
    seen = [load_settings(environment).of(MEM_LIMIT)]
    path = write(environment, "# mine\nmem_limit = '1m'\n")
    seen.append(load_settings(environment).of(MEM_LIMIT))
    project = Section(values={"mem_limit": "2m"}, positions={"mem_limit": Position("/compose.yaml", 3, 5)})
    seen.append(load_settings(environment, project=project).of(MEM_LIMIT))
    environment["WTC_MEM_LIMIT"] = "3m"
    seen.append(load_settings(environment, project=project).of(MEM_LIMIT))
    command_line["mem_limit"] = "4m"
    seen.append(load_settings(environment, project=project, command_line=command_line).of(MEM_LIMIT))
    assert [(each.value >> 20, each.source, each.origin) for each in seen] == [
        (0, Source.DEFAULT, ""),
        (1, Source.USER, f"{path}:2:1"),
        (2, Source.PROJECT, "/compose.yaml:3:5"),
        (3, Source.ENVIRONMENT, "WTC_MEM_LIMIT"),
        (4, Source.COMMAND_LINE, "--mem-limit"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20000-29999", range(20000, 30000)),
        (" 20000 - 20000 ", range(20000, 20001)),
        ("1-65535", range(1, 65536)),
        ("", range(20000, 30000)),
    ],
)
def test_port_range_includes_both_ends(environment: dict[str, str], text: str, expected: range) -> None:
    assert load_settings({**environment, "WTC_PORT_RANGE": text}).of(PORT_RANGE).value == expected


@pytest.mark.parametrize(("text", "expected"), [("5", 5.0), (" 0.5 ", 0.5)])
def test_engine_timeout_is_read_before_the_project(environment: dict[str, str], text: str, expected: float) -> None:
    assert user_setting({**environment, "WTC_ENGINE_TIMEOUT": text}, ENGINE_TIMEOUT) == expected


def test_engine_timeout_is_read_from_the_users_file(environment: dict[str, str]) -> None:
    assert user_setting(environment, ENGINE_TIMEOUT) == 120
    write(environment, "engine_timeout = 7\n")
    assert user_setting(environment, ENGINE_TIMEOUT) == 7


@pytest.mark.parametrize("text", ["x", "0", "-1", "nan", "inf", "1e7"])
def test_invalid_engine_timeout_is_a_usage_error(environment: dict[str, str], text: str) -> None:
    with pytest.raises(UsageError, match=f"`WTC_ENGINE_TIMEOUT` is `{text}`, not a number of seconds"):
        user_setting({**environment, "WTC_ENGINE_TIMEOUT": text}, ENGINE_TIMEOUT)


def test_engine_timeout_of_a_project_is_unknown(environment: dict[str, str]) -> None:
    with pytest.raises(ComposeFileError, match="unknown setting `engine_timeout`"):
        load_settings(environment, project=Section(values={"engine_timeout": 1}))


@pytest.mark.parametrize("text", ["x", "20000", "1-2-3", "-1", "0-10", "30000-20000", "1-65536", "20000-", "²-³"])
def test_invalid_port_range_is_a_usage_error(environment: dict[str, str], text: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_settings({**environment, "WTC_PORT_RANGE": text})
    assert raised.value.message == (
        f"`WTC_PORT_RANGE` is `{text}`, not two ports from 1 to 65535 with the lower one first, as in `20000-29999`"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10.64.0.0/12", ("10.64.0.0/12",)), ("10.9.0.0/26:192.168.8.0/24", ("10.9.0.0/26", "192.168.8.0/24"))],
)
def test_subnet_pool_is_a_list_of_networks(environment: dict[str, str], text: str, expected: tuple[str, ...]) -> None:
    assert load_settings({**environment, "WTC_SUBNET_POOL": text}).of(SUBNET_POOL).value == expected


@pytest.mark.parametrize("text", ["x", ":", "10.0.0.0/27", "0.0.0.0/0", "10.1.2.3/16", "10.0.0.1", "fd00::/64"])
def test_invalid_subnet_pool_is_a_usage_error(environment: dict[str, str], text: str) -> None:
    with pytest.raises(UsageError, match=r"`WTC_SUBNET_POOL` is .*, not a list of IPv4 networks from /5 to /26"):
        load_settings({**environment, "WTC_SUBNET_POOL": text})


@pytest.mark.parametrize(
    ("text", "expected"), [("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("[::1]", "::1"), ("10.0.0.7 ", "10.0.0.7")]
)
def test_address_of_either_family_is_valid(environment: dict[str, str], text: str, expected: str) -> None:
    assert load_settings({**environment, "WTC_BIND": text}).of(BIND).value == expected


@pytest.mark.parametrize("text", ["localhost", "127.1", "256.0.0.1", "10.0.0.0/8", ":"])
def test_invalid_address_is_a_usage_error(environment: dict[str, str], text: str) -> None:
    with pytest.raises(UsageError, match=r"`WTC_BIND` is .*, not an IP address"):
        load_settings({**environment, "WTC_BIND": text})


@pytest.mark.parametrize(
    ("value", "size"),
    [("512m", 512 << 20), ("1.5g", 3 << 29), ("64 KiB", 64 << 10), ("2GB", 2 << 30), ("10b", 10), (1024, 1024)],
)
def test_size_is_bytes_or_has_a_unit(environment: dict[str, str], value: object, size: int) -> None:
    assert load_settings(environment, project=Section(values={"mem_limit": value})).of(MEM_LIMIT).value == size


@pytest.mark.parametrize("value", [True, None, [], {}, "much", "-1m", "1e3", "", "9" * 400])
def test_invalid_size_is_an_error_in_the_compose_file(environment: dict[str, str], value: object) -> None:
    position = Position("/compose.yaml", 3, 5)
    with pytest.raises(ComposeFileError, match="not a size") as raised:
        load_settings(environment, project=Section(values={"mem_limit": value}, positions={"mem_limit": position}))
    (found,) = raised.value.diagnostics
    assert (found.position, found.path) == (position, ("x-wtc", "mem_limit"))


def test_misspelt_key_is_reported_with_its_position_and_the_nearest_key(environment: dict[str, str]) -> None:
    path = write(environment, 'bind = "::1"\n\n  port_rage = "1-2"\n')
    with pytest.raises(UsageError, match="unknown setting `port_rage`") as raised:
        load_settings(environment)
    (found,) = raised.value.diagnostics
    assert found.position == Position(path, 3, 3)
    assert found.hint == "did you mean `port_range`?"


@pytest.mark.parametrize(("key", "nearest"), [("prots", "ports"), ("port_variable", "port_variables")])
def test_misspelt_key_of_the_compose_file_is_answered_with_the_nearest(
    environment: dict[str, str], key: str, nearest: str
) -> None:
    with pytest.raises(ComposeFileError) as raised:
        load_settings(environment, project=Section(values={key: ["web"]}))
    assert raised.value.diagnostics[0].hint == f"did you mean `{nearest}`?"


def test_all_errors_of_a_file_are_reported_at_once(environment: dict[str, str]) -> None:
    path = write(environment, 'bind = "here"\nmem_limit = true\n[colours]\nred = 1\n')
    with pytest.raises(UsageError) as raised:
        load_settings(environment)
    assert [(found.message.split(",")[0], found.position) for found in raised.value.diagnostics] == [
        ("`bind` is `here`", Position(path, 1, 1)),
        ("`mem_limit` is `true`", Position(path, 2, 1)),
        ("unknown setting `colours`", Position(path, 3, 2)),
    ]
    assert (
        raised.value.diagnostics[2].hint
        == "the settings are `engine_timeout`, `port_range`, `bind`, `subnet_pool`, `mem_limit`, `oversubscribe`, "
        "`env_from`, `git`"
    )


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("bind = \n", 1, 8),
        ("\n\nbind", 3, 5),
        (b'a = 1\nb = "\xff"', 2, 6),
        ("a = " + "[" * 5000, 1, 1),
        (b"\x00", 1, 1),
    ],
)
def test_invalid_toml_is_reported_with_its_position(
    environment: dict[str, str], content: str | bytes, line: int, column: int
) -> None:
    path = write(environment, content)
    with pytest.raises(UsageError, match="is not a TOML file") as raised:
        load_settings(environment)
    assert raised.value.diagnostics[0].position == Position(path, line, column)


def test_folder_in_place_of_the_file_is_a_usage_error(environment: dict[str, str]) -> None:
    Path(environment["WTC_CONFIG_DIR"], "config.toml").mkdir()
    with pytest.raises(UsageError, match="cannot read") as raised:
        load_settings(environment)
    assert raised.value.causes == ("is a directory",)


def test_settings_import_no_heavy_module(tmp_path: Path) -> None:
    program = (
        "import sys; from wtc.settings.settings import load_settings; load_settings({'WTC_CONFIG_DIR': sys.argv[1]});"
        "print(*{'tomllib', 'difflib', 'platformdirs'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == ""


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("true", True), ("1", True), (False, False), ("No", False)]
)
def test_boolean_is_read_from_a_file(environment: dict[str, str], value: object, *, expected: bool) -> None:
    project = Section(values={"oversubscribe": value})
    assert load_settings(environment, project=project).of(OVERSUBSCRIBE).value is expected


def test_invalid_boolean_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="`WTC_OVERSUBSCRIBE` is `maybe`, not `true` or `false`"):
        load_settings({**environment, "WTC_OVERSUBSCRIBE": "maybe"})
