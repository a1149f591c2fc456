"""Conjugate gradients with the angular preconditioner, and the unit solutions of one lead."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.case_ball import CaseBall, grounded_in
from planner.field.conductor import Conductor
from planner.field.cross import CrossTerms, cross_terms
from planner.field.edges import corrected
from planner.field.flow import Flow
from planner.field.grid import Domain, Resolution, make_grid
from planner.field.lead import LeadShape, Pose
from planner.field.metric import metric_of
from planner.field.preconditioner import AngularPreconditioner
from planner.field.sampling import sample
from planner.field.system import Faces, contact_currents, faces_of, half_faces, matrix_of, owners, source_of
from planner.field.tensors import TensorTissue, angles_for
from planner.field.units import UnitSolutions
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

RELATIVE_TOLERANCE = 1e-6
"""Residual against the source, in the preconditioner's norm; potentials are then good to about 1e-5."""
MOST_ITERATIONS = 400
TOGETHER = 8
"""Contacts solved side by side; more would cost memory and gain little."""
MOST_SIDE_BY_SIDE = 6_500_000
"""Cells times contacts solved side by side: 0.4 GB of working memory."""
LEAST_ENERGY = 1e-300


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """How to solve. ``conductors`` are the contacts that are metal; None: all of them, so that inactive ones float.

    Contacts left out are insulating. ``is_grounded``: 0 V at the outer boundary, else no current crosses it. ``case``:
    only the part of the boundary within it is at 0 V. ``threads``: the answer is the same with any number.
    """

    conductors: tuple[str, ...] | None = None
    is_grounded: bool = True
    domain: Domain | None = None
    resolution: Resolution = field(default_factory=Resolution)
    case: CaseBall | None = None
    threads: int = 2


def solve_units(
    lead: LeadShape, pose: Pose, conductor: Conductor, progress: Progress, options: FieldOptions | None = None
) -> UnitSolutions:
    """One solution per conducting contact: 1 V on it, 0 V on the others. Raises PlannerError, SpaceMismatchError."""
    options = options or FieldOptions()
    names = lead.labels if options.conductors is None else options.conductors
    _check_conductors(names, lead, options.is_grounded)
    preparing = _with_words(progress.part(0.0, 0.3), _("Preparing the conductor model"))
    preparing(0.0)
    domain = options.domain or default_domain(lead)
    resolution = fitting(options.resolution, conductor, pose)
    grid = make_grid(lead, conductor.capsule.thickness_mm, domain, resolution)
    sigma = sample(conductor, grid, pose, preparing)
    halves = half_faces(grid, metric_of(grid), sigma)
    faces = corrected(faces_of(halves, owners(grid, lead, names), options.is_grounded), grid)
    if options.case is not None:
        faces = grounded_in(options.case, faces, grid, pose)
    system = _System.of(
        faces, None if sigma.octants is None else cross_terms(grid, sigma, halves, faces, len(names), preparing)
    )
    flow = Flow.of(grid, sigma, faces)
    del sigma, halves  # a tensor's eighths of cells are the largest arrays of all
    together = max(1, min(TOGETHER, MOST_SIDE_BY_SIDE // int(np.prod(grid.shape))))
    volts, conductance = [], []
    with ThreadPoolExecutor(options.threads) as pool:
        preconditioner = AngularPreconditioner(faces, grid.t_widths, preparing, pool if options.threads > 1 else None)
        for first in range(0, len(names), together):
            group = range(first, min(first + together, len(names)))
            part = progress.part(0.3 + 0.7 * group.start / len(names), 0.3 + 0.7 * group.stop / len(names))
            source = np.stack([system.source(number) for number in group], axis=-1)
            solution = conjugate_gradients(system.matrix, source, preconditioner, _solving(part, names, group))
            for place, number in enumerate(group):
                one = solution[..., place]
                volts.append(one.astype(np.float32))
                conductance.append(system.contact_currents(one, np.eye(len(names))[number]))
    return UnitSolutions(pose, grid, flow, names, np.array(conductance), np.array(volts))


def fitting(resolution: Resolution, conductor: Conductor, pose: Pose) -> Resolution:
    """With as many angles as the tissue's anisotropy across the shaft needs, or more if they were asked for."""
    if not isinstance(conductor.tissue, TensorTissue):
        return resolution
    least = angles_for(conductor.tissue.ratio_across(pose))
    angles = max(least, resolution.angles)
    largest = min(resolution.segment_largest_deg, 360.0 / least)
    edge = min(resolution.segment_edge_deg, largest)
    return replace(resolution, angles=angles, segment_largest_deg=largest, segment_edge_deg=edge)


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Two-point faces, and what tensors add to them."""

    faces: Faces
    cross: CrossTerms | None
    matrix: "csr_array"

    @classmethod
    def of(cls, faces: Faces, cross: CrossTerms | None) -> "_System":
        return cls(faces, cross, matrix_of(faces).tocsr() if cross is None else cross.matrix)

    def source(self, contact: int) -> FloatArray:
        """[t, s, n]."""
        source = source_of(self.faces, contact)
        return source if self.cross is None else source + self.cross.source(contact)

    def contact_currents(self, volts: FloatArray, contact_volts: FloatArray) -> FloatArray:
        currents = contact_currents(self.faces, volts, contact_volts)
        return currents if self.cross is None else currents + self.cross.contact_currents(volts)


def _solving(progress: Progress, names: tuple[str, ...], group: range) -> Progress:
    labels = ", ".join(names[number] for number in group)
    return _with_words(progress, _("Solving contacts {labels}").format(labels=labels))


def _with_words(progress: Progress, words: str) -> Progress:
    """The same progress, saying these words whatever the fraction."""
    return Progress(lambda fraction, _words: progress(fraction, words), lambda: progress.is_cancelled)


def default_domain(lead: LeadShape) -> Domain:
    """Ground 40 mm from the shaft and 40 mm above the middle of the contacts."""
    low = min(contact.bottom_mm for contact in lead.contacts)
    high = max(contact.high_mm for contact in lead.contacts)
    return Domain(40.0, (low + high) / 2.0 + 40.0)


def conjugate_gradients(
    matrix: "csr_array", source: FloatArray, preconditioner: AngularPreconditioner, progress: Progress
) -> FloatArray:
    """Solve matrix @ x = source for sources (t, s, n, k) side by side: what is read for one serves all.

    Raises PlannerError(code="no-convergence") and Cancelled.
    """
    x = np.zeros_like(source)
    residual = source.copy()
    step = preconditioner.solve(residual)
    direction = step.astype(float)
    energy = first = _dots(residual, step)
    for _number in range(MOST_ITERATIONS):
        progress.check()
        worst = float(np.max(energy / np.maximum(first, LEAST_ENERGY)))
        if worst <= RELATIVE_TOLERANCE**2:
            return x
        image = (matrix @ direction.reshape(-1, direction.shape[-1])).reshape(direction.shape)
        length = energy / np.maximum(_dots(direction, image), LEAST_ENERGY)
        x += length * direction
        image *= length
        residual -= image
        step = preconditioner.solve(residual)
        energy, before = _dots(residual, step), energy
        direction *= energy / np.maximum(before, LEAST_ENERGY)
        direction += step
        progress(np.log(max(worst, RELATIVE_TOLERANCE**2)) / np.log(RELATIVE_TOLERANCE**2))
    raise PlannerError(_("The field could not be solved. Check the conductivities."), code="no-convergence")


def _dots(first: FloatArray, second: NDArray[np.floating]) -> FloatArray:
    """(k,) without the linear algebra library, whose threads would spin between the calls."""
    return cast(FloatArray, np.einsum("tsnk,tsnk->k", first, second))


def _check_conductors(names: tuple[str, ...], lead: LeadShape, is_grounded: bool) -> None:
    unknown = [name for name in names if name not in lead.labels]
    if unknown:
        text = _("The lead has no contact {label}.").format(label=unknown[0])
        raise PlannerError(text, code="unknown-contact")
    if not names or (len(names) < 2 and not is_grounded):
        raise PlannerError(_("Without an outer ground two contacts are needed."), code="no-return")
