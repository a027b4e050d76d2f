"""Parse the short form of mounts: `[SOURCE:]TARGET[:OPTIONS]`. Source: compose-spec, Services, volumes."""

from posixpath import normpath

from wtc.compose.tree.node import Mapping, Node, Scalar

PROPAGATIONS = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
SELINUX = frozenset({"z", "Z"})


def split_mount(text: str) -> list[str]:
    """Return source, target and options. Colons after a drive letter (`C:\\data`) and in `${...}` are not separators.

    Raises:
        ValueError: the text is not a valid mount; the message is the reason.
    """
    if not text:
        raise ValueError("it is empty")
    if len(text.encode()) <= 2:
        return [text]
    sections: list[str] = []
    section, depth = "", 0
    for index, char in enumerate(text):
        if char == "$" and text[index + 1 : index + 2] == "{":
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        elif char == ":" and not depth and not (len(section) == 1 and section.isalpha()):
            sections.append(section)
            section = ""
            continue
        section += char
    sections.append(section)
    if not all(sections):
        raise ValueError(f"`{text}` has an empty part")
    if len(sections) > 3:
        raise ValueError(f"`{text}` has too many colons")
    return sections


def short_target(text: str) -> str | tuple[str]:
    """Return the target of a mount; for an invalid mount, a key that differs from all targets."""
    try:
        sections = split_mount(text)
    except ValueError:
        return (text,)
    return sections[min(len(sections) - 1, 1)]


def is_path(source: str) -> bool:
    """Return whether the source of a short form is a host path; otherwise it is a volume name."""
    return source[:1] in {".", "/", "~"} or source.startswith("\\\\") or (source[:1].isalpha() and source[1:2] == ":")


def clean_target(target: str) -> str:
    """Return a container path in normal form."""
    if not target:
        return ""
    cleaned = normpath(target)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def parse_mount(text: str, node: Scalar) -> Mapping:
    """Return the mount in long form; every value has the position of the short form.

    Raises:
        ValueError: the text is not a valid mount; the message is the reason.
    """
    sections = split_mount(text)

    def leaf(value: str | bool) -> Scalar:  # noqa: FBT001 (a value)
        return Scalar(value, node.position, str(value))

    source = sections[0] if len(sections) > 1 else ""
    bind: dict[str, Node] = {}
    volume: dict[str, Node] = {}
    read_only = False
    for option in sections[2].split(",") if len(sections) > 2 else ():
        if option in {"ro", "rw"}:
            read_only = option == "ro"
        elif option == "nocopy":
            volume["nocopy"] = leaf(True)  # noqa: FBT003 (a value)
        elif option in PROPAGATIONS:
            bind["propagation"] = leaf(option)
        elif option in SELINUX:
            bind["selinux"] = leaf(option)
    on_host = is_path(source)
    mount: dict[str, Node] = {"type": leaf("bind" if on_host else "volume")}
    if source:
        mount["source"] = leaf(source)
    mount["target"] = leaf(clean_target(sections[min(len(sections) - 1, 1)]))
    if read_only:
        mount["read_only"] = leaf(True)  # noqa: FBT003 (a value)
    if on_host:
        bind["create_host_path"] = leaf(True)  # noqa: FBT003 (a value)
    if bind:
        mount["bind"] = Mapping(bind, node.position)
    if volume or (not on_host and len(text.encode()) > 2):
        mount["volume"] = Mapping(volume, node.position)
    return Mapping(mount, node.position)
