"""What operations are called: every operation has its names, and a function that the engine layer calls."""

from typing import get_args

import pytest

from wtc.engine.operations import OPERATIONS
from wtc.model.desired import InjectedFile
from wtc.model.observed import ContainerRef
from wtc.model.plan import Condition, InjectFiles, Operation, RemoveImage, RenameContainer, RunHook, WaitContainer
from wtc.model.plan_text import _NAMES, OperationNames, operation_names
from wtc.model.service import Hook

WEB = ContainerRef(name="a_web")


def test_every_operation_is_named_and_dispatched() -> None:
    operations = set(get_args(Operation))
    assert set(_NAMES) == operations
    assert set(OPERATIONS) == operations


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        (
            RemoveImage(reference="sha256:0123456789abcdef"),
            OperationNames("image", "0123456789ab", "remove image 0123456789ab", "removing", "removed"),
        ),
        (
            RenameContainer(container=ContainerRef(name="next_a_web"), name="a_web"),
            OperationNames("container", "a_web", "rename container next_a_web to a_web", "replacing", "replaced"),
        ),
        (
            InjectFiles(
                container=WEB, files=(InjectedFile(path="/x", content=b""), InjectedFile(path="/y", content=b""))
            ),
            OperationNames(
                "container",
                "a_web",
                "put /x, /y into a_web",
                "filling in secrets and configs",
                "given secrets and configs",
            ),
        ),
        (
            RunHook(container=WEB, hook=Hook(command=("true",))),
            OperationNames("container", "a_web", "run hook in a_web", "running a hook", "hook done", "hook failed"),
        ),
        (
            WaitContainer(container=WEB, condition=Condition.COMPLETED),
            OperationNames("container", "a_web", "wait for a_web to be completed", "waiting", "completed"),
        ),
        (
            WaitContainer(container=WEB, condition=Condition.STARTED),
            OperationNames("container", "a_web", "wait for a_web to be started", "waiting", "ready"),
        ),
    ],
)
def test_operation_is_named_after_its_subject(operation: Operation, names: OperationNames) -> None:
    assert operation_names(operation) == names
