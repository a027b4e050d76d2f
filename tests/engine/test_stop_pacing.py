"""How many stops run at a time: those whose containers have exited count until their end, the others for a moment."""

from wtc.engine.stop_pacing import ATTEMPT_S, StopPacing


def test_stops_begin_until_the_limit() -> None:
    pacing = StopPacing(limit=2)
    free: list[bool] = []
    for node in (1, 2):
        free.append(pacing.is_free(0.0))
        pacing.begin(node, 0.0)
    assert [*free, pacing.is_free(0.0)] == [True, True, False]


def test_ended_stop_lets_another_begin() -> None:
    pacing = StopPacing(limit=1)
    pacing.begin(1, 0.0)
    pacing.end(1)
    assert pacing.is_free(0.0)


def test_container_that_ignores_the_signal_keeps_others_waiting_for_a_moment_only() -> None:
    pacing = StopPacing(limit=1)
    pacing.begin(1, 0.0)
    assert not pacing.is_free(ATTEMPT_S / 2)
    assert pacing.is_free(ATTEMPT_S)


def test_container_that_exited_late_counts_again_until_its_stop_ends() -> None:
    pacing = StopPacing(limit=1)
    pacing.begin(1, 0.0)
    pacing.exited(1)
    assert not pacing.is_free(10 * ATTEMPT_S)
    pacing.end(1)
    assert pacing.is_free(10 * ATTEMPT_S)


def test_exit_after_the_end_of_the_stop_does_not_count() -> None:
    pacing = StopPacing(limit=1)
    pacing.begin(1, 0.0)
    pacing.end(1)
    pacing.exited(1)
    assert pacing.is_free(0.0)
