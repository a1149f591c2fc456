"""``planner bench carm``: what a simulated radiograph of the sample CT costs on this computer."""

import time
from collections.abc import Callable
from typing import Any

from planner import places
from planner.geometry import Grid, Volume
from planner.scene.carm import CArm, attenuation_of, radiograph
from planner.steps.show_carm import PREVIEW_MM, PREVIEW_PIXELS

RUNS = 5


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Milliseconds of wall and of CPU, best of five; the preview (256²) and the final picture (512²)."""
    import nibabel

    image: Any = nibabel.load(places.sample_spine())
    ct = Volume(Grid.of(image.shape, image.affine, "image:ct"), image.get_fdata(dtype="float32"))
    fine = attenuation_of(ct)
    coarse = fine.coarser(PREVIEW_MM)
    x, y, z = ct.grid.centre_mm
    arm = CArm((float(x), float(y), float(z)), "image:ct", 20.0, 10.0)
    preview = arm.with_pixels(PREVIEW_PIXELS)
    radiograph(coarse, preview, is_fine=False)  # compiled once, in the background of the window
    radiograph(fine, preview)
    return {
        "preview_ms": _best_ms(lambda: radiograph(coarse, preview, is_fine=False)),
        "final_ms": _best_ms(lambda: radiograph(fine, arm)),
        "bars_ms": {"preview": 100, "final": 1000},
    }


def _best_ms(work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = [], []
    for _run in range(RUNS):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(1000.0 * (time.perf_counter() - begin))
        cpu.append(1000.0 * (time.process_time() - begin_cpu))
    return {"wall": round(min(wall), 1), "cpu": round(min(cpu), 1)}
