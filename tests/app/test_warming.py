"""Getting ready in the background: said only when it is long, stopped between two kernels, never in the way."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from planner.app import kernels as kernels_module
from planner.app import warming
from planner.app.kernels import are_compiled, compile_apart, compiled_kernels, kernels_to_load
from planner.app.warming import WarmUp


def _nothing(_is_stopped: Callable[[], bool]) -> None:
    pass


def test_that_every_kernel_is_warmed_in_another_thread(qtbot: QtBot, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(warming, "HEAVY", ())
    done: list[str] = []

    def kernels() -> Iterator[Callable[[], object]]:
        yield lambda: done.append(threading.current_thread().name)
        yield lambda: done.append(threading.current_thread().name)

    warm_up, said = WarmUp(kernels, _nothing), []
    warm_up.is_long.connect(said.append)
    with qtbot.waitSignal(warm_up.is_long, timeout=20_000):
        warm_up.start()
    warm_up.shut()
    assert done == ["warm-up", "warm-up"]
    assert said == [False]


def test_that_a_long_one_is_said_and_taken_back(qtbot: QtBot, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(warming, "WORTH_SAYING_S", 0.05)
    monkeypatch.setattr(warming, "HEAVY", ())
    said: list[bool] = []
    warm_up = WarmUp(lambda: iter([lambda: time.sleep(0.3)]), _nothing)
    warm_up.is_long.connect(said.append)
    warm_up.start()
    qtbot.waitUntil(lambda: said == [True, False], timeout=10_000)
    warm_up.shut()


def test_that_it_stops_after_the_kernel_in_hand(monkeypatch, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(warming, "HEAVY", ())
    begun, done = threading.Event(), []

    def first() -> None:
        begun.set()
        time.sleep(0.1)
        done.append(1)

    warm_up = WarmUp(lambda: iter([first, lambda: done.append(2)]), _nothing)
    warm_up.start()
    assert begun.wait(10)
    warm_up.shut()
    assert done == [1]
    assert not warm_up.is_working


def test_that_one_that_fails_is_logged_and_the_rest_are_made_ready(  # type: ignore[no-untyped-def]
    monkeypatch, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warming, "HEAVY", ())
    done: list[int] = []

    def broken() -> None:
        raise FileNotFoundError("table")

    warm_up = WarmUp(lambda: iter([broken, lambda: done.append(1)]), _nothing)
    with qtbot.waitSignal(warm_up.is_long, timeout=10_000):
        warm_up.start()
    warm_up.shut()
    assert done == [1]
    assert [one.levelname for one in caplog.records if one.levelname != "INFO"] == ["ERROR"]
    caplog.clear()


def test_that_there_are_kernels_to_warm() -> None:
    everything, loaded = list(compiled_kernels()), list(kernels_to_load())
    assert loaded
    assert set(loaded) < set(everything)


def _sleep_long() -> None:
    time.sleep(60.0)


def _succeed() -> None:
    pass


def test_that_compiling_apart_is_remembered_and_done_again_for_another_version(  # type: ignore[no-untyped-def]
    monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("NOCIPLAN_HOME", str(tmp_path))
    monkeypatch.setattr(kernels_module, "compile_all", _succeed)
    assert not are_compiled()
    assert compile_apart(lambda: False)
    assert are_compiled()
    monkeypatch.setattr(kernels_module.planner, "__version__", "9.9")
    assert not are_compiled()


def test_that_compiling_apart_is_stopped_at_once(monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("NOCIPLAN_HOME", str(tmp_path))
    monkeypatch.setattr(kernels_module, "compile_all", _sleep_long)
    begin = time.monotonic()
    assert not compile_apart(lambda: time.monotonic() - begin > 0.3)
    assert time.monotonic() - begin < 10.0
    assert not are_compiled()
