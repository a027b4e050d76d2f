"""Format sizes and durations for people. Pure."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def size_text(count: int) -> str:
    """Format bytes: `0 B`, `12.5 MiB`, `2 GiB`, with at most one decimal."""
    size, step = float(count), 0
    while round(size, 1) >= 1024 and step + 1 < len(_UNITS):
        size, step = size / 1024, step + 1
    return f"{size:.1f}".removesuffix(".0") + f" {_UNITS[step]}"


def age_text(seconds: int) -> str:
    """Format seconds: `40 s`, `5 min`, `3 h`, `2 d`, rounded down."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
