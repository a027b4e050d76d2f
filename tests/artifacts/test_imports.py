"""What an import of a name of `wtc.artifacts` costs: the modules that come with it."""

import json
import subprocess
import sys

import pytest

import wtc.artifacts

_HEAVY = {
    "pydantic",
    "fsspec",
    "filelock",
    "asyncio",
    "subprocess",
    "tempfile",
    "shutil",
    "pytest",
    "docker",
    "typer",
    "rich",
}


def modules(program: str) -> set[str]:
    """Return what a program has imported by its end."""
    show = f"{program}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_only_the_pydantic_artifact_imports_pydantic() -> None:
    names = ", ".join(name for name in wtc.artifacts.__all__ if name != "PydanticArtifact")
    assert modules(f"from wtc.artifacts import {names}; import wtc.artifacts.testing") & _HEAVY == set()
    assert "pydantic" in modules("from wtc.artifacts import PydanticArtifact")


def test_a_tree_of_dataclasses_needs_little_more_than_json_and_dataclasses() -> None:
    tree = (
        "from dataclasses import dataclass; import json, typing\n"
        "from wtc.artifacts import BaseMounter, DataclassArtifact, InMemoryMountDriver, NoMountpoint, Worktree\n"
        "State = dataclass(frozen=True)(type('State', (), {'__annotations__': {'n': int}, 'n': 0}))\n"
        "Tree = type('Tree', (Worktree,), {'__annotations__': {'state': DataclassArtifact[State]}})\n"
        "tree = BaseMounter(InMemoryMountDriver().mount(NoMountpoint())).mount(Tree)\n"
        "tree.state.update(n=1)\n"
        "tree.commit()"
    )
    before = modules("import dataclasses, json, typing, pathlib, threading, contextlib")
    added = {name for name in modules(tree) - before if not name.startswith("wtc")}
    assert added == set()


@pytest.mark.parametrize("name", wtc.artifacts.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(wtc.artifacts, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="`Nothing`"):
        _ = wtc.artifacts.Nothing  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]


def test_without_pydantic_the_error_names_the_extra() -> None:
    program = (
        "import sys; sys.modules['pydantic'] = None\n"
        "from wtc.artifacts import ArtifactError\n"
        "try:\n    from wtc.artifacts import PydanticArtifact\n"
        "except ArtifactError as error:\n    import json; print(json.dumps(error.hints))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["to install it, run `pip install 'worktree-container-manager[pydantic]'`"]
