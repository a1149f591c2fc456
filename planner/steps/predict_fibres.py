"""Thresholds of a group at once, while contacts or pulse width change. An estimate: the solver follows and replaces it.

The field of every contact is read once, in a job, on a window of nodes about the part of each fibre that is nearest to
the lead. After that any split of the current and any pulse width is a matter of milliseconds.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.axons import mrg
from planner.axons.fibres import Fibre
from planner.axons.models import fibre_model
from planner.axons.nodes import Placing, continued, place_nodes
from planner.axons.predictor import Predictor
from planner.case.fibres import FibreGroup
from planner.case.model import Case, FieldSolution, Programme
from planner.case.store import ArrayStore
from planner.errors import PlannerError, RefusedError
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.steps.fibre_results import ALONE, Recharge, waveform_of
from planner.steps.field_of_fibres import SolvedPotential
from planner.steps.lay_fibres import fibres_of
from planner.steps.simulate import fresh_solution
from planner.steps.solve_field import load_solution

WINDOW_NODES = 41
"""About the place nearest to the lead: 10 mm to either side for the thinnest common fibre (5.7 µm), 23 mm at 10 µm."""
FADING_NODES = 10


@dataclass(frozen=True, eq=False)
class PreparedPrediction:
    """``node_mv`` (contacts, asked, nodes) mV per mA on each contact; ``which`` (asked,) the fibres' numbers."""

    group: FibreGroup
    solution: FieldSolution
    labels: tuple[str, ...]
    node_mv: NDArray[np.float32]
    which: NDArray[np.intp]

    def fits(self, group: FibreGroup, solution: FieldSolution) -> bool:
        lines = (self.group.points, self.group.starts, self.group.diameter_um, self.group.model_id)
        return self.solution is solution and lines == (group.points, group.starts, group.diameter_um, group.model_id)

    def predictor(self, width_us: float, recharge: Recharge) -> Predictor:
        """For a pulse width; any split of the current then takes about a millisecond.

        Raises PlannerError: "no-estimate" when the stored coefficients are missing, "pulse-width", "fibre-diameter".
        """
        waveform = waveform_of(width_us, recharge)
        try:
            return Predictor.of(self.node_mv.astype(float), waveform, self.group.diameter_um, self.group.model_id)
        except OSError as error:
            text = _("The stored numbers for live estimates are missing. Install the program again.")
            raise PlannerError(text, code="no-estimate") from error

    def thresholds(self, predictor: Predictor, shares: Mapping[str, float]) -> FloatArray:
        """(fibres,) mA by which each is predicted to fire; infinite for those that were set aside."""
        found = np.full(self.group.count, np.inf)
        currents = np.array([shares.get(label, 0.0) for label in self.labels])
        found[self.which] = predictor.thresholds(currents)
        return found


def can_predict(group: FibreGroup) -> bool:
    """The predictor was trained on MRG; its other rate constant is near enough to be told as rough."""
    return group.model_id in mrg.NAMES


def prepare_prediction(
    case: Case, store: ArrayStore, group: FibreGroup, programme: Programme, progress: Progress = SILENT
) -> PreparedPrediction:
    """Raises PlannerError: "no-field", "field-outdated", "fibre-diameter"; RefusedError(code="fibres-none")."""
    solution = fresh_solution(case, programme)
    units = load_solution(solution, store)
    lead_mm = np.array(case.leads[programme.lead_id].target)
    fields = []
    for number, label in enumerate(units.labels):
        progress(number / len(units.labels), _("Reading the field of each contact"))
        fields.append(SolvedPotential(units.combine({label: -1.0}, 1.0, 1.0)))
    rows = [_window(one, group, lead_mm) for one in fibres_of(group, store)]
    values = [_at(rows, field) for field in fields]
    known = np.isfinite(np.stack(values)).all(axis=(0, 2))
    if not known.any():
        raise RefusedError(_("None of these fibres lies in the field of the lead."), code="fibres-none")
    node_mv = np.stack([_continued(-one[known]) for one in values])  # per +1 mA on the contact
    made = PreparedPrediction(group, solution, units.labels, node_mv.astype(np.float32), np.flatnonzero(known))
    with contextlib.suppress(PlannerError):  # said when an estimate is wanted
        made.thresholds(made.predictor(programme.width_us, ALONE), programme.shares)  # loads what the first one needs
    return made


def _window(fibre: Fibre, group: FibreGroup, lead_mm: FloatArray) -> FloatArray:
    """(WINDOW_NODES, 3) nodes about the one nearest to the lead's target; NaN where the fibre has too few."""
    spacing = fibre_model(group.model_id).internode_mm(group.diameter_um)
    out = np.full((WINDOW_NODES, 3), np.nan)
    try:
        row = place_nodes(fibre, spacing, Placing(ends="straight"))
    except PlannerError:
        return out
    own = np.flatnonzero(~row.is_added)
    nearest = int(own[np.linalg.norm(row.xyz_mm[own] - lead_mm, axis=1).argmin()])
    low = min(max(nearest - WINDOW_NODES // 2, 0), max(len(row) - WINDOW_NODES, 0))
    part = row.xyz_mm[low : low + WINDOW_NODES]
    out[: len(part)] = part
    if len(part) < WINDOW_NODES:  # go on straight
        step = part[-1] - part[-2]
        out[len(part) :] = part[-1] + step * np.arange(1, WINDOW_NODES - len(part) + 1)[:, None]
    return out


def _at(rows: list[FloatArray], field: SolvedPotential) -> FloatArray:
    """(fibres, WINDOW_NODES) mV per mA, NaN for whole fibres that have a node inside the lead; other unknown nodes at
    the ends are continued."""
    places = np.stack(rows)
    flat = np.nan_to_num(places.reshape(-1, 3), nan=1e6)
    values = field.at(flat).reshape(places.shape[:2])
    inside = field.in_lead(flat).reshape(places.shape[:2]).any(axis=1)
    for number, row in enumerate(values):
        if np.isfinite(row).sum() >= 3:
            values[number] = continued(row)
    values[inside] = np.nan
    return np.asarray(values)


def _continued(node_mv: FloatArray) -> FloatArray:
    """With a slope that fades to nothing at both ends of the window, which are no nerve endings."""
    pad = np.full((len(node_mv), FADING_NODES), np.nan)
    whole = np.concatenate([pad, node_mv, pad], axis=1)
    return np.stack([continued(row) for row in whole])
