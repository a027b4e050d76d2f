"""Docker Compose, and Docker Desktop with it, sees a stack of wtc's as one of its own."""

import json
import os
import shutil
import subprocess

import pytest

from tests.e2e.harness import SHOP, Stack, Workshop

pytestmark = pytest.mark.engine


def compose(*arguments: str) -> str:
    return subprocess.run(
        ["docker", "compose", *arguments], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
    ).stdout


def has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def stack(shared: Workshop) -> Stack:
    if not has_compose():
        if os.environ.get("CI"):
            pytest.fail("`docker compose` is not installed")
        pytest.skip("`docker compose` is not installed")
    shared.commit({"compose.yaml": SHOP.replace("exec httpd", "echo serving && exec httpd")})
    return shared.up()


def test_ps_shows_the_services(stack: Stack) -> None:
    rows = [json.loads(line) for line in compose("-p", stack.namespace, "ps", "--format", "json").splitlines()]
    assert {row["Service"]: row["Health"] for row in rows} == {"web": "healthy", "db": "healthy"}


def test_logs_are_read(stack: Stack) -> None:
    assert "serving" in compose("-p", stack.namespace, "logs", "db")


def test_exec_gets_in(stack: Stack) -> None:
    assert "root" in compose("-p", stack.namespace, "exec", "-T", "web", "wget", "-qO-", "http://db/passwd")


def test_ls_lists_the_stack_with_its_files(stack: Stack, shared: Workshop) -> None:
    rows = {row["Name"]: row for row in json.loads(compose("ls", "--format", "json"))}
    assert rows[stack.namespace]["Status"] == "running(2)"
    assert rows[stack.namespace]["ConfigFiles"] == str(shared.main / "compose.yaml")
