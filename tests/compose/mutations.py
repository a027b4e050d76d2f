"""Damage compose files (keys, values, bytes), and create hostile ones."""

import copy
import random
import re
from collections.abc import Callable
from typing import Any, cast

import yaml

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7.5, 10**30, float("inf"), float("nan"), "", " ", "x", "-", ":", "::", "/", "~", "\t",
    "\u2028\ud800", "\U0001f433", "1-65535:1-65535", "65536:1", "0:0", "a:b:c:d:e", "::1:80:80", "${", "${X", "${X:?}",
    "${X:-${Y:-z}}", "$", "$$", "${1}", "service:", "service:self", "container:x", "10s", "1w2d3h", "9" * 400, "1e999",
    "512q", "-1b", "0x10", "010", "http://[", "C:\\x:/y", "=", "=x", "x=", [], {}, [None], [[]], [{}], {"": ""},
    {"x": None}, {"<<": {}}, ["a", "a"], {"a": {"b": {"c": 1}}}, "2020-01-01", "!reset", "*x", "&x", "x" * 10_000,
)  # fmt: skip
NAMES = (
    "services", "networks", "volumes", "secrets", "configs", "include", "name", "version", "image", "build",
    "context", "ports", "environment", "env_file", "depends_on", "deploy", "extends", "healthcheck", "labels",
    "command", "entrypoint", "profiles", "ulimits", "logging", "x-own", "<<",
)  # fmt: skip
TOKENS = (
    "&a ", "*a", "<<: ", "!reset ", "!override ", "!!int ", "- ", ": ", "{", "}", "[", "]", "'", '"', "${", "$", "#",
    "\t", "\x00", "\ufeff", "---\n", "...\n", "? ", "| ", "> ", "%YAML 9.9\n", "\r", "\x85", "\x1b[31m",
)  # fmt: skip
DOTENV_TOKENS = (
    "export ", "A=", "A0=$A0$A0\n", "A=${A}\n", "B", "=", "==", "'", '"', "\\", "\\\n", "#", " #", "\r\n", "\r", "\0",
    "${", "}", "$", "$$", "${A:-", "${A:?", "${A:?no}", "${A:+${B}}", "\ufeff", "\x85", "\xa0", "\u2028", "\x1b[31m",
    "é", "\udcff", "A[0]=1\n", "A.B-C=1\n", "A B=1\n", "1=2\n", "COMPOSE_PROFILES=x\n", "COMPOSE_FILE=/dev/null\n",
    "COMPOSE_PROJECT_NAME=$X\n", "COMPOSE_ENV_FILES=.env\n", "COMPOSE_PATH_SEPARATOR=\n", "PORT=99999\n",
    "PORT=1-65535\n", "PORT=x\n", "DOCKER_HOST=://\n", "A: b\n", "x" * 10_000, "A='\n" * 100, 'A="\n',
)  # fmt: skip


def mutated(text: bytes, seed: int) -> bytes:
    """Return the text with one to four mutations, which the seed determines."""
    dice = random.Random(seed)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        text = dice.choice((*[_mutate_yaml] * (2 * len(_TREE_CHANGES)), *_OF_TEXTS))(text, dice)
    return text


def mutated_dotenv(text: bytes, seed: int) -> bytes:
    """Return an env file with one to eight mutations, which the seed determines."""
    dice = random.Random(seed)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        text = dice.choice((*_OF_TEXTS, _insert_dotenv, _insert_dotenv, _insert_dotenv))(text, dice)
    return text


def mutate_tree(tree: Any, dice: random.Random) -> None:
    """Change one key or value of a tree of dictionaries and lists; nothing if it has none."""
    if places := _places(tree):
        dice.choice(_TREE_CHANGES)(tree, *dice.choice(places), dice)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Return every (collection, key or index) of a tree."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, dict | list):
            continue
        tree = cast("dict[Any, Any] | list[Any]", holder)
        for key in list(tree if isinstance(tree, dict) else range(len(tree))):
            found.append((tree, key))
            waiting.append(tree[key])
    return found


def _mutate_yaml(text: bytes, dice: random.Random) -> bytes:
    try:
        tree: Any = yaml.load(text, yaml.CBaseLoader)
    except (yaml.YAMLError, ValueError):
        return text
    mutate_tree(tree, dice)
    try:
        return yaml.dump(tree, sort_keys=False, allow_unicode=True).encode("utf-8", "replace")
    except RecursionError:  # raised by the YAML writer, which is not under test
        return text


def _drop(_tree: Any, holder: Any, key: Any, _dice: random.Random) -> None:
    del holder[key]


def _rename(_tree: Any, holder: Any, key: Any, dice: random.Random) -> None:
    if not isinstance(key, int):
        name = str(key)
        cut = dice.randrange(len(name) + 1)
        misspelt = name[:cut] + dice.choice("aeiou-_ .") + name[cut + dice.randrange(2) :]
        holder[dice.choice((misspelt, *dice.sample(NAMES, 2)))] = holder.pop(key)


def _replace(_tree: Any, holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = dice.choice(ODD_VALUES)


def _transplant(tree: Any, holder: Any, key: Any, dice: random.Random) -> None:
    other, there = dice.choice(_places(tree))
    holder[key] = copy.deepcopy(other[there])


def _repeat(_tree: Any, holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(key, int):
        holder.extend([holder[key]] * dice.choice((1, 2, 50)))
    else:
        holder[f"{key}{dice.randrange(3)}"] = holder[key]


def _nest(_tree: Any, holder: Any, key: Any, dice: random.Random) -> None:
    value = holder[key]
    for _ in range(dice.choice((1, 3, 60, 150))):
        value = dice.choice(({"a": value}, [value]))
    holder[key] = value


def _flip(text: bytes, dice: random.Random) -> bytes:
    changed = bytearray(text)
    for _ in range(dice.choice((1, 1, 3, 20))):
        if changed:
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _double_line(text: bytes, dice: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    if lines:
        at = dice.randrange(len(lines))
        lines.insert(dice.choice((at, dice.randrange(len(lines)))), lines[at])
    return b"".join(lines)


def _drop_line(text: bytes, dice: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    if lines:
        del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def _indent(text: bytes, dice: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    if lines:
        at = dice.randrange(len(lines))
        lines[at] = dice.choice((b" " + lines[at], b"    " + lines[at], lines[at].lstrip(), b"\t" + lines[at]))
    return b"".join(lines)


def _insert(text: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(TOKENS).encode() + text[at:]


def _cut(text: bytes, dice: random.Random) -> bytes:
    return text[: dice.randrange(len(text) + 1)]


def _break_variable(text: bytes, dice: random.Random) -> bytes:
    """Insert a valid or invalid variable into a value."""
    values = [m.end() for m in re.finditer(rb": ", text)]
    at = dice.choice(values) if values else 0
    return (
        text[:at]
        + dice.choice((b"${A}", b"${A:-b}", b"${A:?no}", b"${A", b"$", b"${A:+${B-${C}}}", b"${a.b}"))
        + text[at:]
    )


def _insert_dotenv(text: bytes, dice: random.Random) -> bytes:
    """Insert what means something in an env file, at any place or at the beginning of a line."""
    starts = [0, *(m.end() for m in re.finditer(rb"\n", text))]
    at = dice.choice((dice.choice(starts), dice.randrange(len(text) + 1)))
    return text[:at] + dice.choice(DOTENV_TOKENS).encode("utf-8", "surrogateescape") + text[at:]


_TREE_CHANGES = (_drop, _rename, _replace, _transplant, _repeat, _nest)
_OF_TEXTS = (_flip, _double_line, _drop_line, _indent, _insert, _cut, _break_variable)


def _web(attributes: str) -> bytes:
    return f"services:\n  a:\n    image: x\n{attributes}\n".encode()


def _aliases(width: int, depth: int) -> bytes:
    lines = ["x-0: &a0 [" + ", ".join(["lol"] * width) + "]"]
    lines += [f"x-{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]" for n in range(1, depth)]
    return "\n".join([*lines, "services: {a: {image: x}}"]).encode()


def _merges(depth: int) -> bytes:
    lines = ["x-0: &m0 {k0: v}"]
    lines += [f"x-{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: v}}" for n in range(1, depth)]
    return "\n".join([*lines, "services: {a: {image: x}}"]).encode()


def _services(line: bytes, count: int) -> bytes:
    return b"services:\n" + b"".join(line % n for n in range(count))


def _defaults(depth: int) -> str:
    return "${A:-" * depth + "x" + "}" * depth


BOMBS: dict[str, Callable[[], bytes]] = {
    "aliases of aliases": lambda: _aliases(10, 10),
    "aliases of aliases in services": lambda: _aliases(9, 9) + b"\nx-a: *a8\nx-b: *a8\n",
    "merges of merges": lambda: _merges(60),
    "anchor within itself": lambda: b"services: &s {a: *s}",
    "deep flow lists": lambda: b"services: " + b"[" * 100_000,
    "deep flow mappings": lambda: b"services: " + b"{a: " * 100_000,
    "deep block lists": lambda: b"services:\n" + b"".join(b" " * n + b"-\n" for n in range(1, 2000)),
    "deep block mappings": lambda: b"".join(b" " * n + b"a:\n" for n in range(2000)),
    "50 MB of comments": lambda: b"# " + b"x" * (50 << 20) + b"\nservices: {a: {image: x}}",
    "50 MB of services": lambda: b"services:\n" + b"  web: {image: nginx, ports: ['80:80']}\n" * 1_300_000,
    "8 MB of services": lambda: _services(b"  w%d: {image: x}\n", 350_000),
    "8 MB in one value": lambda: _web("    command: " + "x " * 4_000_000),
    "8 MB of variables": lambda: _web("    command: " + "$A${B}" * 1_300_000),
    "8 MB of variables in a default": lambda: _web("    command: ${A:-" + "${B}" * 1_900_000 + "}"),
    "8 MB under nested defaults": lambda: _web("    command: " + "${A:-" * 18 + "$B" * 3_900_000 + "}" * 18),
    "8 MB of open braces": lambda: _web("    command: '" + "${A:-" * 1_500_000 + "'"),
    "8 MB of braces in lines": lambda: _web("    command: |\n" + "      ${A:-{{{{}\n" * 400_000),
    "nested defaults": lambda: _web(f"    command: {_defaults(500)}"),
    "many nested defaults": lambda: _web("    command: [" + ", ".join([f"'{_defaults(19)}'"] * 20_000) + "]"),
    "many unset variables": lambda: _web("    command: " + " ".join(f"$V{n}" for n in range(200_000))),
    "many broken variables": lambda: _web("    command: [" + ", ".join(["'${'"] * 90_000) + "]"),
    "many wrong types": lambda: _web("    cap_add: [" + ", ".join(["[]"] * 90_000) + "]"),
    "many unknown attributes": lambda: _web("".join(f"    a{n}: 1\n" for n in range(80_000))),
    "many unknown services": lambda: _web("    depends_on: [" + ", ".join(f"s{n}" for n in range(50_000)) + "]"),
    "many bad booleans": lambda: _services(b"  s%d: {image: x, tty: 'yes'}\n", 20_000),
    "many long names": lambda: _services(b"  s%d" + b"x" * 300 + b": {image: x, imagee: y}\n", 9_000),
    "wide port ranges": lambda: _web("    ports: [" + ", ".join(["'1-65535:1-65535'"] * 50) + "]"),
    "wide exposed ranges": lambda: _web("    expose: [" + ", ".join(f"'1-65535/p{n}'" for n in range(50)) + "]"),
    "long chain of dependencies": lambda: b"services:\n" + b"".join(
        b"  s%d: {image: x, depends_on: [s%d]}\n" % (n, n + 1) for n in range(15_000)
    ) + b"  s15000: {image: x}\n",
    "long cycle of dependencies": lambda: b"services:\n" + b"".join(
        b"  s%d: {image: x, depends_on: [s%d]}\n" % (n, (n + 1) % 15_000) for n in range(15_000)
    ),
    "long chain of extends": lambda: b"services:\n" + b"".join(
        b"  s%d: {extends: {service: s%d}}\n" % (n, n + 1) for n in range(5_000)
    ) + b"  s5000: {image: x}\n",
    "file that includes itself": lambda: b"include: [compose.yaml]\nservices: {a: {image: x}}",
    "file that extends itself": lambda: b"services: {a: {extends: {file: compose.yaml, service: a}}}",
    "many documents": lambda: b"services: {a: {image: x}}\n---\n" * 5_000,
    "binary": lambda: bytes(range(256)) * 1000,
    "UTF-16": lambda: "services: {a: {image: x}}".encode("utf-16"),
    "long number": lambda: _web("    cpus: " + "9" * 1_000_000),
    "long duration": lambda: _web("    stop_grace_period: " + "1h" * 400_000),
    "long size": lambda: _web("    mem_limit: " + "9" * 500_000 + "g"),
    "long name of a variable": lambda: _web("    command: ${" + "A" * 4_000_000 + "}"),
    "backslashes in words": lambda: _web("    command: '" + "\\" * 4_000_000 + "'"),
    "long key": lambda: b"services: {a: {image: x, ? " + b"k" * 500_000 + b" : 1}}",
}  # fmt: skip
"""Name -> function that returns a hostile file."""

ENV_BOMBS: dict[str, Callable[[], bytes]] = {
    "doubling values": lambda: b"A0=x\n" + b"".join(b"A%d=%b\n" % (n, b"$A%d" % (n - 1) * 9) for n in range(1, 30)),
    "doubling defaults": lambda: b"".join(b"A%d=${X:-${A%d}${A%d}}\n" % (n, n - 1, n - 1) for n in range(1, 200)),
    "8 MB value": lambda: b"A=" + b"x" * (8 << 20),
    "8 MB quoted value": lambda: b"A='" + b"x\n" * (4 << 20) + b"'",
    "8 MB without an end quote": lambda: b'A="' + b"x\\\n" * (2 << 20),
    "many open quotes": lambda: b"A='\n" * 500_000,
    "many names": lambda: b"".join(b"A%d=1\n" % n for n in range(150_000)),
    "one name again and again": lambda: b"A=$A$A\n" * 200_000,
    "nested defaults": lambda: b"A=" + b"${A:-" * 100_000,
    "blanks": lambda: b"A=" + b" " * (8 << 20) + b"#\n",
    "hashes": lambda: b"A=" + b" #" * (4 << 20),
    "backslashes": lambda: b'A="' + b"\\" * (8 << 20) + b'"',
    "no newline": lambda: b"A" * (8 << 20),
}  # fmt: skip
"""Name -> function that returns a hostile env file."""
