"""What is certain about a picture of a parametric spine."""

import numpy as np

from planner.anatomy.spine.outline import Canal, Vertebra
from planner.anatomy.spine.parametric.bones import body_centre
from planner.anatomy.spine.parametric.sections import inscribed_mm
from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic.request import Truth
from planner.geometry import Curve, Grid
from planner.geometry.arrays import FloatArray

METHOD = "known"


def truth_of(spine: ParametricSpine, grid: Grid, remarks: tuple[str, ...] = ()) -> Truth:
    """Cut to what ``grid`` shows."""
    canal, start = _canal(spine, grid)
    return Truth(
        spine=spine,
        canal=canal,
        vertebrae=_vertebrae(spine, grid, start),
        dorsal_csf_mm=_dorsal_csf(spine, grid),
        ganglia_mm={f"{one.name}-{one.side}": one.centre for one in spine.ganglia() if shows(grid, one.centre)[0]},
        remarks=(*remarks_of(spine), *remarks),
    )


def remarks_of(spine: ParametricSpine) -> tuple[str, ...]:
    """What is not usual about the spine itself, as stable words."""
    parameters = spine.parameters
    found = [f"level:{name}" for name in ("T13", "L6") if name in spine.names]
    if not parameters.scheme.is_usual:
        found.append(f"count:{parameters.scheme.thoracic}T{parameters.scheme.lumbar}L")
    if parameters.transition != "none":
        found.append(f"transition:{parameters.transition}")
    if parameters.scoliosis is not None:
        found.append(f"scoliosis:{parameters.scoliosis.apex}:{parameters.scoliosis.cobb_deg:g}")
    return (*found, *(f"fracture:{name}" for name, _lost in parameters.wedged))


def shows(grid: Grid, xyz_mm: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(M,) whether points lie in the image."""
    index = grid.to_index(np.atleast_2d(xyz_mm))
    inside = (index >= -0.5) & (index <= np.array(grid.shape) - 0.5)
    return np.asarray(inside.all(axis=1))


def _canal(spine: ParametricSpine, grid: Grid) -> tuple[Canal, float]:
    """The path inside the image, and the arc on the spine's line where it begins."""
    line = spine.line
    seen = np.flatnonzero(shows(grid, line.xyz))
    if len(seen) < 2:
        raise ValueError("the canal is not in the field of view")
    part = slice(int(seen[0]), int(seen[-1]) + 1)
    half_ap = spine.sections.at(line.place[part], "canal_half_ap")
    half_width = spine.sections.at(line.place[part], "canal_half_width")
    radius = np.array([inscribed_mm(2 * ap, 2 * width) for ap, width in zip(half_ap, half_width, strict=True)])
    path = Curve.of(line.xyz[part], line.space)
    return Canal(path, np.ones(len(radius)), radius, METHOD), float(line.arc_mm[part.start])


def _vertebrae(spine: ParametricSpine, grid: Grid, start: float) -> tuple[Vertebra, ...]:
    frames = spine.line.frames(spine.middle_arc_mm)
    found = []
    for index, (plan, frame) in enumerate(zip(spine.plans, frames, strict=True)):
        centre = body_centre(frame, plan)
        top = centre - frame[3] * plan.length_mm / 2
        bottom = centre + frame[3] * plan.length_mm / 2
        if not shows(grid, centre)[0]:
            continue
        found.append(
            Vertebra(
                name=plan.measures.name,
                state="confirmed",
                centre=_three(centre),
                top_arc_mm=float(spine.top_arc_mm[index]) - start,
                bottom_arc_mm=float(spine.bottom_arc_mm[index]) - start,
                certainty=1.0,
                is_cut=not shows(grid, np.stack([top, bottom])).all(),
                pedicle_arc_mm=float(spine.middle_arc_mm[index]) - plan.pedicle_z - start,
                top_centre=_three(top),
                bottom_centre=_three(bottom),
            )
        )
    return tuple(found)


def _dorsal_csf(spine: ParametricSpine, grid: Grid) -> dict[str, float]:
    depths = {}
    for index, name in enumerate(spine.names):
        depth = float(spine.sections.dorsal_csf_mm(index + 0.5)[0])
        if np.isfinite(depth) and shows(grid, spine.line.at(spine.line.arc_of(index + 0.5)))[0]:
            depths[name] = depth
    return depths


def _three(xyz: FloatArray) -> tuple[float, float, float]:
    return (float(xyz[0]), float(xyz[1]), float(xyz[2]))
