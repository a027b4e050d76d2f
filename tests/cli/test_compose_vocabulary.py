"""The vocabulary of Docker Compose 2.40.3: each command and option is wtc's too, or answered with what to use."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from wtc import __version__
from wtc.cli.app import build_app
from wtc.cli.command_table import MODULES
from wtc.cli.declarations import Parameter
from wtc.cli.main import run
from wtc.cli.plain_parser import find_command, named_options, parse_line
from wtc.cli.usage.compose_vocabulary import COMMANDS, command_answer, option_answer
from wtc.cli.values.go_values import rewrite_go_values

VOCABULARY: str = """
docker --all-resources --ansi --compatibility --dry-run --env-file -f --file --parallel --profile --progress
    --project-directory -p --project-name
attach --detach-keys --dry-run --index --no-stdin --sig-proxy
bridge --dry-run
build --build-arg --builder --check --dry-run -m --memory --no-cache --print --provenance --pull --push -q --quiet
    --sbom --ssh --with-dependencies
commit -a --author -c --change --dry-run --index -m --message -p --pause
config --dry-run --environment --format --hash --images --lock-image-digests --models --networks --no-consistency
    --no-env-resolution --no-interpolate --no-normalize --no-path-resolution -o --output --profiles -q --quiet
    --resolve-image-digests --services --variables --volumes
cp --all -a --archive --dry-run -L --follow-link --index
create --build --dry-run --force-recreate --no-build --no-recreate --pull --quiet-pull --remove-orphans --scale -y
    --yes
down --dry-run --remove-orphans --rmi -t --timeout -v --volumes
events --dry-run --json --since --until
exec -d --detach --dry-run -e --env --index -T --no-tty --privileged -u --user -w --workdir
export --dry-run --index -o --output
images --dry-run --format -q --quiet
kill --dry-run --remove-orphans -s --signal
logs --dry-run -f --follow --index --no-color --no-log-prefix --since -n --tail -t --timestamps --until
ls -a --all --dry-run --filter --format -q --quiet
pause --dry-run
port --dry-run --index --protocol
ps -a --all --dry-run --filter --format --no-trunc --orphans -q --quiet --services --status
publish --app --dry-run --oci-version --resolve-image-digests --with-env -y --yes
pull --dry-run --ignore-buildable --ignore-pull-failures --include-deps --policy -q --quiet
push --dry-run --ignore-push-failures --include-deps -q --quiet
restart --dry-run --no-deps -t --timeout
rm --dry-run -f --force -s --stop -v --volumes
run --build --cap-add --cap-drop -d --detach --dry-run --entrypoint -e --env --env-from-file -i --interactive -l
    --label --name -T --no-TTY --no-deps -p --publish --pull -q --quiet --quiet-build --quiet-pull --remove-orphans
    --rm -P --service-ports --use-aliases -u --user -v --volume -w --workdir
scale --dry-run --no-deps
start --dry-run
stats -a --all --dry-run --format --no-stream --no-trunc
stop --dry-run -t --timeout
top --dry-run
unpause --dry-run
up --abort-on-container-exit --abort-on-container-failure --always-recreate-deps --attach --attach-dependencies
    --build -d --detach --dry-run --exit-code-from --force-recreate --menu --no-attach --no-build --no-color --no-deps
    --no-log-prefix --no-recreate --no-start --pull --quiet-build --quiet-pull --remove-orphans -V --renew-anon-volumes
    --scale -t --timeout --timestamps --wait --wait-timeout -w --watch -y --yes
version --dry-run -f --format --short
volumes --dry-run --format -q --quiet
wait --down-project --dry-run
watch --dry-run --no-up --prune --quiet
"""
"""From `docker compose --help` and `docker compose COMMAND --help`: a command (`docker` for the global options) and its
options. Indented lines continue the line before them."""

PLACED_BEHIND = "top"
"""A command without an option in common with the global ones: it shows how they are answered."""


def commands() -> dict[str, list[str]]:
    """Return command -> options."""
    lines = VOCABULARY.replace("\n    ", " ").strip().splitlines()
    words = [line.split() for line in lines]
    return {name: options for name, *options in words}


def help_of_docker_compose(*command: str) -> str:
    """Return the help of an installed Docker Compose; empty if there is none."""
    try:
        words = ["docker", "compose", *command, "--help"]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False).stdout
    except FileNotFoundError:
        return ""


def options_in(text: str) -> set[str]:
    """Return the options that a help of Docker Compose lists, short names included."""
    lines = re.findall(r"^ +(-\w)?,? *(--[\w-]+)", text, re.MULTILINE)
    return {name for line in lines for name in line if name}


@cache
def own_options(command: str) -> set[str]:
    """Return the options of wtc's command, hidden ones included."""
    parameters = build_app().commands[command].params
    return {name for one in parameters for name in (*one.opts, *one.secondary_opts)}


def cases() -> list[tuple[str, str]]:
    return [(command, option) for command, options in commands().items() for option in options]


def test_table_has_all_commands_of_docker_compose() -> None:
    assert len(commands()) == 36
    assert len(cases()) > 200


def test_table_is_what_the_installed_docker_compose_lists() -> None:
    words = ["docker", "compose", "version", "--short"]
    try:
        version = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False).stdout
    except FileNotFoundError:
        version = ""
    if not version.removeprefix("v").startswith("2.40."):
        pytest.skip("Docker Compose 2.40 is not installed")
    root = help_of_docker_compose()
    listed = re.findall(r"^  ([a-z]+) {2,}", root, re.MULTILINE)
    found = {"docker": options_in(root)} | {name: options_in(help_of_docker_compose(name)) for name in listed}
    assert found == {name: set(options) for name, options in commands().items()}


@pytest.mark.parametrize("command", [name for name in commands() if name != "docker"])
def test_command_is_ours_or_answered(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (command in MODULES) != (command_answer(command) is not None)
    if command in MODULES:
        return
    assert run([command]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"error: wtc has no `{command}`: {COMMANDS[command].reason}" in printed.err
    assert COMMANDS[command].hint in printed.err


@pytest.mark.parametrize(("command", "option"), cases())
def test_option_is_ours_or_answered(command: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    if command == "docker":
        command, words = PLACED_BEHIND, [option, PLACED_BEHIND]
        if option in own_options(command):
            return
        if option not in {"--all-resources", "--compatibility", "--dry-run"}:
            words.insert(1, "value")
    elif command not in MODULES:
        pytest.skip("the command itself is answered")
    elif option in own_options(command):
        return
    else:
        words = [command, option]
    answer = option_answer(command, option)
    assert answer is not None
    assert run(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert answer.reason in printed.err
    assert answer.hint in printed.err


def declared(command: str, option: str) -> Parameter | None:
    """Return the parameter of wtc's command that the option sets; None if wtc only answers it."""
    found = find_command([command])
    pair = named_options(found.command.parameters()).get(option) if found else None
    return pair[0] if pair else None


@pytest.mark.parametrize(
    ("command", "option"), [(c, o) for c, o in cases() if c not in {"docker", *COMMANDS} and declared(c, o)]
)
def test_joined_value_is_read_as_docker_compose_reads_it(command: str, option: str) -> None:
    one = declared(command, option)
    assert one is not None
    if one.type is bool:
        assert rewrite_go_values([command, f"{option}=true", "x"]) == [command, option, "x"]
        needed = next(words for words in ([], ["1"], ["1", "2"]) if parse_line([command, option, *words]))
        read = [parse_line(rewrite_go_values([command, f"{option}={value}", *needed])) for value in ("true", "false")]
        assert {line and line.given[one.name] for line in read} == {True, False}
    else:
        joined = rewrite_go_values([command, f"{option}=5", "x"])
        found = parse_line([*joined, "y", "z"])
        expected = parse_line([command, option, "5", "x", "y", "z"])
        assert (found and found.given) == (expected and expected.given)


@pytest.mark.parametrize(
    ("line", "rewritten"),
    [
        ("up --build=1 --watch=F --pull=never", "up --build --pull=never"),
        ("up -d=true -t=5", "up -d -t5"),
        ("up -dt=5 web", "up -dt5 web"),
        ("up -dq=false -y", "up -d -y"),
        ("up -q=0", "up"),
        ("exec -e=A=b web env -e=C=d", "exec -eA=b web env -e=C=d"),
        ("exec --env A=b web ls --x=true", "exec --env A=b web ls --x=true"),
        ("attach --sig-proxy=false web", "attach --no-sig-proxy web"),
        ("up -- --build=true", "up -- --build=true"),
        ("up --pull --build=true", "up --pull --build=true"),
        ("run -i=false web", "run --no-interactive web"),
        ("run -Ti=0 web", "run -T --no-interactive web"),
        ("rm -v=false --volumes=false", "rm"),
        ("up --menu=false --compatibility=false", "up"),
        ("worktree list --json=true", "worktree list --json"),
        # What is for the library to report, or to answer.
        ("up --build=maybe -q=", "up --build=maybe -q="),
        ("up --menu=true --frob=false -x=1", "up --menu=true --frob=false -x=1"),
        ("build --provenance=false", "build --provenance=false"),
        ("frob --build=true", "frob --build=true"),
        ("--frob=true up", "--frob=true up"),
    ],
)
def test_value_of_a_go_flag_is_rewritten(line: str, rewritten: str) -> None:
    assert rewrite_go_values(line.split()) == rewritten.split()


@pytest.mark.parametrize(
    "line",
    [
        "-H tcp://x up", "--host=tcp://x up", "-c x up", "-D up", "--verbose up", "--no-ansi up", "--workdir . up",
        "alpha viz", "compose up", "compose -f x up", "completion bash", "bridge convert", "pull --no-parallel",
        "build --compress --force-rm --no-rm", "rm -a", "up -w", "down -v", "down --rmi local",
    ],
)  # fmt: skip
def test_hidden_and_older_spelling_is_answered(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: wtc has no `")
    assert "\nhint: to " in printed.err


def test_invalid_value_of_a_flag_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "--build=maybe"]) == 2
    assert capsys.readouterr().err == (
        "error: option `--build` is a flag: its value can be `true` or `false`\n\n"
        "hint: to see its options, run `wtc up --help`\n"
    )


def test_missing_value_is_explained_with_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "--scale"]) == 2
    assert capsys.readouterr().err == (
        "error: option `--scale` needs a value\n\nhint: to see its options, run `wtc up --help`\n"
    )


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("help", "--help"),
        ("help help", "--help"),
        ("help up", "up --help"),
        ("help worktree add", "worktree add --help"),
        ("-h", "--help"),
        ("-v", "--version"),
    ],
)
def test_help_and_version_have_docker_composes_spellings(
    line: str, same: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(same.split()) == 0
    wanted = capsys.readouterr().out
    assert run(line.split()) == 0
    assert capsys.readouterr().out == wanted


def test_convert_is_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services: {only-here: {image: busybox}}\n")
    assert run(["convert", "-f", str(file), "--services"]) == 0
    assert capsys.readouterr().out == "only-here\n"


def test_no_command_of_ours_has_an_answer() -> None:
    assert COMMANDS.keys() & MODULES.keys() == set()


@pytest.mark.parametrize("word", ["nonsense", "upp"])
def test_other_word_is_not_answered(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([word]) == 2
    assert f"no such command: `{word}`" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["xml", "table {{.Name}}"])
def test_unsupported_format_is_refused(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ports", "--format", form]) == 2
    assert f"`--format` is `{form}`, not one of `table`, `json`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("version", f"wtc {__version__}\n"),
        ("version --short", f"{__version__}\n"),
        ("version -f pretty", f"wtc {__version__}\n"),
    ],
)
def test_version_is_printed(line: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 0
    assert capsys.readouterr().out == printed


def test_version_is_a_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == __version__


@pytest.mark.parametrize("text", ["web", "web=", "=2", "web=-1", "web=two", "web=²"])
@pytest.mark.parametrize("line", ["scale", "up --scale", "create --scale"])
def test_invalid_number_of_replicas_is_refused(line: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*line.split(), text]) == 2
    printed = capsys.readouterr().err
    assert f"`{text}` is not a valid number of replicas" in printed
    assert f"run `wtc {line} web=2`" in printed


def test_stats_cannot_both_redraw_and_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats", "--watch", "--no-stream"]) == 2
    assert "`--watch` and `--no-stream` do not go together" in capsys.readouterr().err


def test_bare_command_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    wanted = capsys.readouterr().out
    assert run([]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (wanted, "")
