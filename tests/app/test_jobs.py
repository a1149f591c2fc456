import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from planner.app.jobs import Job, Jobs
from planner.errors import PlannerError
from planner.progress import Cancelled, Progress


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.shut()
    assert not [thread for thread in threading.enumerate() if thread.name == "jobs"]


def until_cancelled(progress: Progress) -> None:
    while True:
        progress(0.5, "waiting")
        time.sleep(0.002)


def test_that_the_result_arrives_in_the_window_s_thread(qtbot: QtBot, jobs: Jobs) -> None:
    threads: list[object] = []
    results: list[int] = []

    def work(progress: Progress) -> int:
        threads.append(threading.current_thread())
        return 42

    def done(result: int) -> None:
        threads.append(threading.current_thread())
        results.append(result)

    jobs.start("count", work, done)
    qtbot.waitUntil(lambda: bool(results))
    assert results == [42]
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_that_signals_tell_the_course_of_a_job(qtbot: QtBot, jobs: Jobs) -> None:
    heard: list[tuple[object, ...]] = []
    jobs.started.connect(lambda job: heard.append(("started", job)))
    jobs.progressed.connect(lambda job, fraction, words: heard.append(("progressed", job, fraction, words)))
    jobs.ended.connect(lambda job: heard.append(("ended", job)))

    def work(progress: Progress) -> None:
        progress(0.25, "first")
        progress.part(0.5, 1.0)(0.5, "second")

    job = jobs.start("count", work, lambda _result: heard.append(("done",)))
    assert jobs.running == (job,)
    qtbot.waitUntil(lambda: ("done",) in heard)
    assert heard == [
        ("started", job),
        ("progressed", job, 0.25, "first"),
        ("progressed", job, 0.75, "second"),
        ("ended", job),
        ("done",),
    ]
    assert jobs.running == ()


def test_that_ten_thousand_reports_become_a_few_signals(qtbot: QtBot, jobs: Jobs) -> None:
    heard: list[float] = []
    jobs.progressed.connect(lambda _job, fraction, _words: heard.append(fraction))
    ended: list[None] = []

    def work(progress: Progress) -> None:
        for n in range(10_000):
            progress(n / 10_000, "counting")

    jobs.start("count", work, ended.append)
    qtbot.waitUntil(lambda: bool(ended))
    assert 1 <= len(heard) < 100


def test_that_a_running_job_stops_when_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    failures: list[object] = []
    results: list[object] = []
    job = jobs.start("wait", until_cancelled, results.append, failures.append)
    qtbot.wait(20)
    job.cancel()
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], Cancelled)
    assert results == []


def test_that_a_waiting_job_is_never_begun_when_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    begun: list[str] = []
    first = jobs.start("wait", until_cancelled, begun.append, lambda _error: None)
    second = jobs.start("count", lambda _progress: begun.append("second"), begun.append)
    second.cancel()
    first.cancel()
    qtbot.waitUntil(lambda: not jobs.running)
    assert begun == []


def test_that_a_result_that_comes_after_cancel_is_not_delivered(qtbot: QtBot, jobs: Jobs) -> None:
    go_on = threading.Event()
    results: list[object] = []
    job = jobs.start("deaf", lambda _progress: go_on.wait(5), results.append)
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not jobs.running)
    assert results == []


def test_that_a_mistake_goes_to_failed_with_its_words(qtbot: QtBot, jobs: Jobs) -> None:
    failures: list[PlannerError | Cancelled] = []

    def work(progress: Progress) -> None:
        raise PlannerError("The image is empty.", code="empty")

    jobs.start("read", work, lambda _result: None, failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    error = failures[0]
    assert isinstance(error, PlannerError)
    assert (error.text, error.code) == ("The image is empty.", "empty")


@pytest.mark.parametrize("error", [ZeroDivisionError("bug"), PlannerError("nobody listens")], ids=lambda e: str(e))
def test_that_what_nobody_takes_surfaces_in_the_window_s_thread(
    qtbot: QtBot, jobs: Jobs, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def work(progress: Progress) -> None:
        raise error

    with capture_exceptions() as surfaced:
        jobs.start("divide", work, lambda _result: None)
        qtbot.waitUntil(lambda: bool(surfaced))
    assert surfaced[0][1] is error
    assert jobs.running == ()
    assert ("job failed unexpectedly" in caplog.text) == isinstance(error, ZeroDivisionError)
    results: list[int] = []
    jobs.start("go on", lambda _progress: 1, results.append)
    qtbot.waitUntil(lambda: results == [1])


def test_that_jobs_run_one_after_the_other_in_order(qtbot: QtBot, jobs: Jobs) -> None:
    order: list[int] = []
    for n in range(20):
        jobs.start(str(n), lambda _progress, n=n: n, order.append)
    qtbot.waitUntil(lambda: len(order) == 20)
    assert order == list(range(20))


def test_that_shutting_stops_what_runs_and_leaves_no_thread(qtbot: QtBot) -> None:
    jobs = Jobs()
    started: list[Job] = []
    jobs.started.connect(started.append)
    jobs.start("wait", until_cancelled, lambda _result: None)
    jobs.start("wait too", until_cancelled, lambda _result: None)
    assert jobs.shut()
    assert len(started) == 2
    assert not [thread for thread in threading.enumerate() if thread.name == "jobs"]
    assert jobs.shut()
