"""What wtc answers to the commands and options of Docker Compose 2.40 that it does not have. Pure.

It is imported only after the command line was found to be invalid.
"""

from collections.abc import Mapping

from wtc.static_typing import NamedTuple


class Answer(NamedTuple):
    """Why wtc does not have a command or an option, and what to use."""

    reason: str
    """It follows the name: "`wtc commit` is not a command: REASON"."""
    hint: str
    is_flag: bool = False
    """It is an option that is on or off. Off is what wtc does."""


_NAMED = "it does not name a stack, because wtc names each worktree's stack itself"
_NAME_HINT = "to run a second stack, run `wtc up` in another worktree; to print the name, run `wtc env`"
_CONTAINERS = "for its id, run `wtc ps -q -w . SERVICE`"
_REGISTRY = "the images of a worktree's stack are its own, and are not for a registry"
_BUILD_FILE = "the compose file's `build:` says how images are built"
_TERMINAL = "wtc prints logs only in the foreground, without menus"

_ONLY_CLEAN = Answer(
    "only `clean` removes volumes",
    "to list the stack's volumes, run `wtc volumes --all`; to remove one, run `wtc clean --volume NAME`",
    is_flag=True,
)
_OBSOLETE = Answer("it has no effect in Docker Compose 2 either", "to run the command, leave it out", is_flag=True)
_KEPT = Answer(
    "`down` keeps volumes and images for the next `up`",
    "to remove the stack with its volumes and built images, run `wtc clean`",
)
_ENGINE = Answer(
    "wtc uses the engine that the `docker` command uses",
    "to use another one, set `DOCKER_HOST`, or add `--context NAME`",
)

COMMANDS: Mapping[str, Answer] = {
    "alpha": Answer("wtc has no experimental commands", "to see its commands, run `wtc --help`"),
    "bridge": Answer(
        "wtc does not convert compose files",
        "to convert the file, run `wtc config | docker compose -f - bridge convert`",
    ),
    "commit": Answer(
        "an image made from a container is not part of the stack",
        f"to make one, run `docker commit CONTAINER`; {_CONTAINERS}",
    ),
    "completion": Answer(
        "it installs completion by an option", "to install it for this shell, run `wtc --install-completion`"
    ),
    "compose": Answer(
        "Docker Compose's commands are commands of `wtc` itself", "to start the stack, run `wtc up`, without `compose`"
    ),
    "export": Answer(
        "wtc copies files and folders, not whole filesystems",
        f"to export one, run `docker export CONTAINER`; {_CONTAINERS}",
    ),
    "publish": Answer(
        "a worktree's stack is for development, and is not for a registry",
        "to publish the file, run `docker compose publish REPOSITORY`",
    ),
    "push": Answer(_REGISTRY, "to push the file's images, run `docker compose build --push`"),
}
"""Command of Docker Compose -> its answer."""

_GLOBAL: Mapping[str, Answer] = {
    "--project-name": Answer(_NAMED, _NAME_HINT),
    "-p": Answer(_NAMED, _NAME_HINT),
    "--compatibility": Answer(
        "the names of containers are `NAMESPACE_SERVICE` in every stack",
        "to see them, run `wtc images`",
        is_flag=True,
    ),
    "--all-resources": Answer(
        "`up` creates only the networks and volumes that services use",
        "to print all, run `wtc config --all-resources`",
        is_flag=True,
    ),
    "--dry-run": Answer(
        "this command has no plan to print", "to see the plan of `up`, run `wtc up --dry-run`", is_flag=True
    ),
    "--format": Answer("this command prints no table", "to see its options, run it with `--help`"),
}
"""Option -> its answer for each command that does not have it."""

_OPTIONS: Mapping[str, Mapping[str, Answer]] = {
    "build": {
        "--builder": Answer(
            "wtc uses the builder that Buildx uses", "to use another, set the environment variable `BUILDX_BUILDER`"
        ),
        "--check": Answer(
            "wtc builds, but does not lint", "to check a Dockerfile, run `docker build --check FOLDER`", is_flag=True
        ),
        "--compress": _OBSOLETE,
        "--force-rm": _OBSOLETE,
        "--memory": Answer("BuildKit does not support it", "to build, leave `--memory` out"),
        "-m": Answer("BuildKit does not support it", "to build, leave `-m` out"),
        "--no-rm": _OBSOLETE,
        "--print": Answer("wtc does not print bake files", "to see the plan, run `wtc build --dry-run`", is_flag=True),
        "--provenance": Answer(_BUILD_FILE, "to add provenance, write `provenance:` below `build:`"),
        "--push": Answer(_REGISTRY, "to push the file's images, run `docker compose build --push`", is_flag=True),
        "--sbom": Answer(_BUILD_FILE, "to add an SBOM, write `sbom:` below `build:`"),
        "--ssh": Answer(_BUILD_FILE, "to forward an SSH agent, write `ssh: [default]` below `build:`"),
    },
    "down": dict.fromkeys(("--volumes", "-v"), _KEPT._replace(is_flag=True)) | {"--rmi": _KEPT},
    "pull": {"--no-parallel": Answer("wtc pulls in parallel", "to pull one by one, add `--parallel 1`", is_flag=True)},
    "rm": {"--all": _OBSOLETE, "-a": _OBSOLETE, "--volumes": _ONLY_CLEAN, "-v": _ONLY_CLEAN},
    "ls": {"--filter": Answer("wtc has JSON in place of filters", "to filter, run `wtc ls --json`")},
    "up": {
        "--menu": Answer(_TERMINAL, "to stay attached, run `wtc up --foreground`", is_flag=True),
        "-w": Answer("`-w PATH` selects a worktree", "to watch files, run `wtc up --watch`, or `wtc watch`"),
    },
    "wtc": {
        "--host": _ENGINE,
        "-H": _ENGINE,
        "-c": Answer(_ENGINE.reason, "to use another context, add `--context NAME`"),
        "-D": Answer("it explains errors in words", "to see the traceback of one, add `--debug`", is_flag=True),
        "--verbose": Answer("it explains errors in words", "to see the traceback of one, add `--debug`", is_flag=True),
        "--no-ansi": Answer("it has one option for colours", "to print none, add `--ansi never`", is_flag=True),
        "--workdir": Answer("it has the newer name", "to choose the folder, add `--project-directory PATH`"),
    },
}
"""Command -> option -> its answer. `wtc` has the options that come before the command."""


def command_answer(name: str) -> Answer | None:
    """Return the answer to a command of Docker Compose; None for another word."""
    return COMMANDS.get(name)


def option_answer(command: str, option: str) -> Answer | None:
    """Return the answer to an option of Docker Compose that `command` does not have; None for another option."""
    return _OPTIONS.get(command, {}).get(option) or _GLOBAL.get(option)
