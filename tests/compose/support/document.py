"""Print the content of `.context/compose-support.md`: `uv run python -m tests.compose.support.document`."""

from collections.abc import Iterator, Mapping

from wtc.compose.schema.project import PROJECT
from wtc.compose.schema.shape import Shape
from wtc.compose.support.status import Case
from wtc.compose.support.table import SUPPORT
from wtc.model.build import Build
from wtc.model.namespace import Namespace
from wtc.model.service import Service
from wtc.planner.desired.references import REFERENCES, Names

HEAD = """\
# How wtc treats each attribute

Generated from `src/wtc/compose/support/table.py` by `uv run python -m tests.compose.support.document`; a test compares
the two. `honoured`: applied as Docker Compose does. `rewritten`: applied within the worktree's namespace, with another
name, host port or tag. `ignored`: read but not applied; `up` warns, `up --strict` fails. For attributes that engines
with an older API version do not support, see `src/wtc/engine/translate/unsupported.py`.

| attribute | status | why |
|---|---|---|
"""

REFERENCES_HEAD = """
## What a reference becomes

A value that refers to another part of the stack refers to this worktree's one. In the examples the namespace is
`accra-a1b2c3`, and service `db` has `container_name: mydb` and builds `image: my/db:dev`. `wtc inspect` lists the
references of a file with what each one became. What the file does not define (`container:other`, another image) is
kept.

| attribute | in the file | in the worktree |
|---|---|---|
"""
PORTS_HEAD = """
## What a port variable becomes

For a published port that is written as a variable, `ports: ["${WEB_PORT:-8080}:80"]`, `wtc inspect` lists each use of
`WEB_PORT`. `x-wtc: {port_variables: {WEB_PORT: leased}}` (or `own`) chooses for all uses of one variable.

| where | value |
|---|---|
| the published part of `ports` | the leased host port |
| directly after a host address, in `environment`, `build.args`, labels, `env_file`s and `.env` | the leased host port |
| `command`, `entrypoint`, healthchecks, hooks, `expose`, the container side of `ports` | the file's own value |
| a service that shares another container's network | the file's own value |
| everywhere else: `redis://cache:${WEB_PORT:-8080}`, `0.0.0.0:${WEB_PORT}`, the variable alone | the file's own value |
| a part of a port (`${PREFIX}80:80`) | the file's own value: it names no port |
| set by `wtc env`, in the shell or in an env file, and not changed since | as if it were not set |

Host addresses are `localhost`, `*.localhost`, `127.*`, `[::1]` and `host.docker.internal`. `wtc env` also sets
`WTC_ENV`, the names and values that it set, by which wtc recognises them.

## What a port of the host becomes

`x-wtc: {ports: [web, api-server]}` at the top level leases a host port for each name, for processes on the host:
`WTC_PORT_WEB` and `WTC_PORT_API_SERVER` in the compose file, in `wtc env` and in `wtc env -- COMMAND`. `wtc ports` and
`wtc status` show them. A name that is not valid is an error with file, line and column.

| name | result |
|---|---|
| a service that publishes no port | a port of the host: the service has no `WTC_PORT_*` |
| one with a variable of a published port, also of a profile that is off: `db`, `db_5432` for port 5432 | an error |
| one with the variable of another name (`a-b`, `a.b`), or the same name twice | an error |
| anything but letters, digits, `.`, `_` and `-` | an error |
"""
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "network_mode": ("service:db", "container:mydb"),
    "ipc": ("service:db", "container:mydb"),
    "pid": ("service:db", "container:mydb"),
    "cgroup": ("service:db", "container:mydb"),
    "uts": ("service:db", "container:mydb"),
    "volumes_from.*": ("db:ro", "container:mydb:ro"),
    "links.*": ("db", "db:database"),
    "external_links.*": ("mydb:database",),
    "image": ("my/db:dev", "docker.io/my/db:dev"),
    "build.additional_contexts.*": ("service:db", "docker-image://my/db:dev"),
}
"""Pattern of `REFERENCES` -> values of that attribute."""


def attributes(shape: Shape = PROJECT, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every attribute of the schema: `services.*.build.args`."""
    for name, child in (shape.fields or {}).items():
        yield ".".join((*path, name))
        yield from attributes(child, (*path, name))
    for child in (shape.entries, shape.items):
        if child is not None:
            yield from attributes(child, (*path, "*"))


def document() -> str:
    """Return the document as Markdown."""
    lines = (f"| `{name}` | {case_status(case)} | {case.reason} |" for name, row in SUPPORT.items() for case in row)
    return HEAD + "".join(f"{line}\n" for line in lines) + REFERENCES_HEAD + _references() + PORTS_HEAD


def _references() -> str:
    db = Service(name="db", image="my/db:dev", build=Build())
    names = Names(
        namespace=Namespace(name="accra-a1b2c3", worktree="/accra"),
        services={"db": db},
        containers={"mydb": "db"},
        images={"my/db:dev": "db"},
    )
    rows = [
        (f"services.*.{pattern}", value, tuple(rename(value, names)))
        for pattern, rename in REFERENCES.items()
        for value in EXAMPLES[pattern]
    ]
    in_dockerfile = (names.own_image("my/db:dev"),)
    rows += [
        ("services.*.build.dockerfile", f"{instruction}my/db:dev", in_dockerfile)
        for instruction in ("FROM ", "COPY --from=", "RUN --mount=from=")
    ]
    return "".join(
        f"| `{path}` | `{value}` | {', '.join(f'`{name}`' for name in becomes)} |\n" for path, value, becomes in rows
    )


def case_status(case: Case) -> str:
    """Return the status of a case with its condition: `ignored (more than one)`."""
    return f"{case.status} ({case.when})" if case.when else str(case.status)


if __name__ == "__main__":
    print(document(), end="")
