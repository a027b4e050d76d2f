"""The projects that are measured. Pure."""

GROUP = ("web", "api", "db")
CONTEXT_FILES = 5000
QUICK = "    init: true\n    command: sleep 100000\n"


def compose_file(services: int) -> str:
    """Groups of three services: `web` publishes a port and depends on `api`, which depends on `db`, which gets healthy.

    The last group may lack services.
    """
    names = [f"{GROUP[n % 3]}{n // 3 + 1 if n >= 3 else ''}" for n in range(services)]
    return "services:\n" + "".join(
        f"  {name}:\n    image: busybox:1.36\n{QUICK}{_depends_on(names, at)}{_own(name)}"
        for at, name in enumerate(names)
    )


def _depends_on(names: list[str], at: int) -> str:
    has_dependency = at % 3 < 2 and at + 1 < len(names)
    return f"    depends_on: [{names[at + 1]}]\n" if has_dependency else ""


def _own(name: str) -> str:
    if name.startswith("web"):
        return "    ports: ['80']\n"
    if name.startswith("db"):
        # Once healthy, it is not checked again while the benchmark runs: each check is work for the engine.
        return "    healthcheck: {test: [CMD, 'true'], start_period: 60s, start_interval: 200ms, interval: 1h}\n"
    return "    environment: {LOG_LEVEL: info}\n"


def networkless_file() -> str:
    """Three services without a network: an engine has no networks for many stacks."""
    return "services:\n" + "".join(
        f"  {name}:\n    image: busybox:1.36\n{QUICK}    network_mode: none\n" for name in GROUP
    )


def built_project() -> dict[str, str]:
    """The files of a project whose `web` is built from a context of `CONTEXT_FILES` files."""
    web = "build: .\n    environment: {COLOUR: $COLOUR}\n    env_file: web.env"
    sources = {f"src/part{n % 50}/module{n}.py": f"VALUE = {n}\n" * 20 for n in range(CONTEXT_FILES)}
    return {
        "compose.yaml": compose_file(3).replace("image: busybox:1.36", web, 1),
        "Dockerfile": "FROM busybox:1.36\nCOPY src /src\n",
        "web.env": "MODE=benchmark\n",
        ".gitignore": ".env\n",
        **sources,
    }
