"""The compiled kernels of the program as a list; the first time they are compiled in a process of their own.

No Qt here: that process stays small.
"""

import contextlib
import hashlib
import importlib.metadata
import logging
import multiprocessing
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import planner
from planner import places

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
STAMP = "kernels-ready"


def compiled_kernels() -> Iterator[Callable[[], object]]:
    """What compiles or loads the kernels, the field's first: one of them at a time, so that it can be stopped."""
    from planner.field.plane_kernels import warm as warm_planes

    yield warm_planes
    from planner.field.cubes.warming import warm as warm_cubes

    yield warm_cubes
    from planner.axons.warming import warm_exact, warm_predictor, warm_production

    yield from (warm_production, warm_predictor, warm_exact)
    from planner.anatomy.spine.ct.warming import warm as warm_spine

    yield warm_spine
    from planner.scene.carm.rays import warm as warm_carm

    yield warm_carm


def kernels_to_load() -> Iterator[Callable[[], object]]:
    """What the window's own process loads ahead of time: what nearly everyone comes to use. Each package's kernels take
    some 60 MB, so the others are loaded where the work begins."""
    from planner.field.plane_kernels import warm as warm_planes

    yield warm_planes


def compile_all() -> None:
    """In the child: fill the cache on the disk."""
    for warm in compiled_kernels():
        with contextlib.suppress(Exception):  # said where it is needed; the others are still worth having
            warm()


def are_compiled() -> bool:
    """Whether a process of this version has filled the cache before."""
    with contextlib.suppress(OSError):
        return _stamp().read_text(encoding="utf-8") == _key()
    return False


def compile_apart(is_stopped: Callable[[], bool]) -> bool:
    """Compile in a process of its own: the compiler holds the interpreter for up to some tenths of a second, and the
    window would stand still that long. False when it was stopped or failed."""
    process = multiprocessing.get_context("spawn").Process(target=compile_all, name="kernels", daemon=True)
    process.start()
    while process.exitcode is None:
        if is_stopped():
            process.terminate()
            process.join()
            return False
        process.join(LOOK_EVERY_S)
    if process.exitcode != 0:
        log.error("compiling kernels ended with code %s", process.exitcode)
        return False
    try:
        _stamp().parent.mkdir(parents=True, exist_ok=True)
        _stamp().write_text(_key(), encoding="utf-8")
    except OSError as error:
        log.warning("the stamp of the kernels could not be written: %s", error.strerror)
    return True


def _stamp() -> Path:
    return places.user_data() / STAMP


def _key() -> str:
    """Changes with the program, the compiler, Python, the computer, and in a checkout with the kernels' sources."""
    known = [planner.__version__, importlib.metadata.version("numba"), platform.python_version(), platform.node()]
    folder = Path(__file__).resolve().parent.parent
    for part in ("field", "axons", "anatomy"):
        for path in sorted((folder / part).rglob("*kernels*.py")):
            known.append(f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}")
    return hashlib.sha256("\n".join(known).encode()).hexdigest()
