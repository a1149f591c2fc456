"""The process that reads hostile bytes may die in any way; the program goes on and names the file."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import child_tasks
import numpy as np
import pytest

import planner
from planner import i18n
from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker, run_in_child
from planner.progress import Cancelled, Progress

PLAIN = {
    "text": "Muñoz \udcf1",  # a file name that is not UTF-8 reaches Python like this
    "numbers": [1, -2.5, None, True],
    "pair": ("a", Path("/tmp/ñ")),
    "bytes": b"\x00\xff",
    7: {"not a text key": 1},
}

LONG_AFTER_S = 15.0
"""Far below the 20 s and more that the tasks would go on: it tells ended from waited for. Times are the benches'."""


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory):
    with ChildWorker(memory_mb=1024, scratch=tmp_path_factory.mktemp("scratch")) as one:
        yield one


def test_that_plain_data_comes_back_as_it_was_sent(worker: ChildWorker) -> None:
    assert worker.call(child_tasks.echo, (PLAIN,)) == PLAIN


def test_that_an_array_comes_back_equal_and_leaves_no_file(worker: ChildWorker) -> None:
    array = worker.call(child_tasks.ramp, (1_000_000,))["array"]
    assert np.array_equal(array, np.arange(1_000_000))
    assert not array.flags.writeable
    assert list(worker._folder.glob("*.npy")) == []


def test_that_one_process_answers_many_calls(worker: ChildWorker) -> None:
    ids = {worker.call(child_tasks.process_id) for _ in range(5)}
    assert len(ids) == 1
    assert ids != {os.getpid()}


def test_that_the_process_loads_neither_qt_nor_vtk_nor_an_image_library(worker: ChildWorker) -> None:
    heavy = ("PySide6", "vtkmodules", "SimpleITK", "scipy", "nibabel", "pydicom", "pyqtgraph")
    assert [m for m in worker.call(child_tasks.loaded_modules) if m.split(".")[0] in heavy] == []


def test_that_texts_made_in_the_process_are_in_the_users_language(tmp_path: Path) -> None:
    i18n.use_language("es")
    assert run_in_child(child_tasks.language_here, scratch=tmp_path) == "es"


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGKILL])
def test_that_a_process_killed_by_a_signal_names_the_file_and_the_next_call_is_answered(
    worker: ChildWorker, number: int
) -> None:
    with pytest.raises(RefusedError, match=r"niña 1\.dcm") as refused:
        worker.call(child_tasks.kill_self, (int(number),), file_label="niña 1.dcm")
    assert refused.value.code == "decoder-crashed"
    assert worker.call(child_tasks.echo, ("on",)) == "on"


def test_that_a_real_segmentation_fault_is_survived(worker: ChildWorker) -> None:
    with pytest.raises(RefusedError) as refused:
        worker.call(child_tasks.segfault)
    assert refused.value.code == "decoder-crashed"


@pytest.mark.parametrize("task", [child_tasks.hang, child_tasks.hang_in_native_code])
def test_that_a_hang_ends_at_its_deadline(worker: ChildWorker, task) -> None:
    began = time.monotonic()
    with pytest.raises(RefusedError) as refused:
        worker.call(task, deadline_s=0.3)
    assert refused.value.code == "deadline"
    assert time.monotonic() - began < LONG_AFTER_S


@pytest.mark.parametrize("task", [child_tasks.swell, child_tasks.swell_in_simpleitk])
def test_that_memory_beyond_the_cap_is_refused(worker: ChildWorker, task) -> None:
    with pytest.raises(RefusedError) as refused:
        worker.call(task, deadline_s=20.0)
    assert refused.value.code == "memory-cap"


def test_that_cancelling_ends_a_hanging_reader(worker: ChildWorker) -> None:
    worker.call(child_tasks.echo, (1,))
    asked_at: list[float] = []

    def is_cancelled() -> bool:
        if time.monotonic() > began + 0.3 and not asked_at:
            asked_at.append(time.monotonic())
        return bool(asked_at)

    began = time.monotonic()
    with pytest.raises(Cancelled):
        worker.call(child_tasks.hang, deadline_s=20.0, progress=Progress(is_cancelled=is_cancelled))
    assert time.monotonic() - began < LONG_AFTER_S


def test_that_progress_of_the_process_reaches_the_caller(worker: ChildWorker) -> None:
    heard: list[tuple[float, str]] = []
    result = worker.call(child_tasks.report_steps, progress=Progress(lambda f, w: heard.append((f, w))))
    assert result == "done"
    assert heard
    assert set(heard) <= {(step / 4, f"step {step}") for step in range(4)}


def test_that_refusals_and_questions_arrive_whole(worker: ChildWorker) -> None:
    with pytest.raises(RefusedError) as refused:
        worker.call(child_tasks.refuse)
    assert (refused.value.text, refused.value.code) == ("no", "because")
    with pytest.raises(QuestionError) as question:
        worker.call(child_tasks.ask)
    assert (question.value.choices, question.value.code) == ({"a": "this", "b": "that"}, "which-one")


def test_that_an_unforeseen_failure_is_told_without_the_patients_name(
    worker: ChildWorker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(RefusedError) as refused:
        worker.call(child_tasks.fail_with_a_name)
    assert refused.value.code == "unreadable"
    assert "MUSTER" not in caplog.text + str(refused.value) + "".join(refused.value.__notes__)
    assert "ValueError at" in caplog.text


@pytest.mark.parametrize("task", [child_tasks.give_an_object, child_tasks.give_an_object_array])
def test_that_objects_cannot_be_sent(worker: ChildWorker, task) -> None:
    with pytest.raises(RefusedError):
        worker.call(task)


def test_that_nothing_is_left_of_process_and_folder(tmp_path: Path) -> None:
    before = len(multiprocessing.active_children())
    assert run_in_child(child_tasks.echo, ("x",), scratch=tmp_path) == "x"
    assert len(multiprocessing.active_children()) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the process in /proc")
def test_that_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, threading, time; from pathlib import Path\n"
        "from planner.imaging.apart.child import ChildWorker\n"
        "import child_tasks\n"
        "with ChildWorker(scratch=Path(sys.argv[1])) as worker:\n"
        "    print(worker.call(child_tasks.process_id), flush=True)\n"
        "    threading.Thread(target=worker.call, args=(child_tasks.hang,), daemon=True).start()\n"
        "    time.sleep(0.2)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    paths = [str(Path(child_tasks.__file__).parent), str(Path(planner.__file__).parent.parent)]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    orphan = Path("/proc") / done.stdout.strip()
    until = time.monotonic() + 5.0
    while orphan.exists() and "Z (zombie)" not in _status(orphan) and time.monotonic() < until:
        time.sleep(0.05)
    assert not orphan.exists() or "Z (zombie)" in _status(orphan)


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except OSError:
        return "Z (zombie)"


@pytest.mark.slow
def test_that_twenty_kills_of_twenty_are_survived(tmp_path: Path) -> None:
    """reference/reliability.md R5: 20 of 20."""
    survived = 0
    with ChildWorker(scratch=tmp_path) as worker:
        for n in range(20):
            number = (signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGFPE)[n % 4]
            with pytest.raises(RefusedError, match=f"file {n}:"):
                worker.call(child_tasks.kill_self, (int(number),), file_label=f"file {n}")
            survived += worker.call(child_tasks.echo, (n,)) == n
        assert (survived, worker.starts) == (20, 21)
