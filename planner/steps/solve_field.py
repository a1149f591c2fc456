"""Solve the field of one lead: unit solutions of every contact in the patient's tissue, kept with the case."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.case.checks import inputs_of_solution
from planner.case.codec import digest
from planner.case.facts import new_id, volume_of
from planner.case.model import Case, FieldSolution, Lead, Segmentation
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field import Capsule, Conductor, ContactShape, FieldOptions, LeadShape, Pose, Tissue, UnitSolutions
from planner.field import solve_units as solve
from planner.field.solver import default_domain
from planner.i18n import _
from planner.leads.path import lead_frame
from planner.library.devices import Device, device
from planner.library.tissues import End, TissueSet, capsule_defaults, tissue_set
from planner.progress import SILENT, Progress

METHOD = "lead-fitted finite volumes 1"
"""Changes when the solver's answers change, so that older solutions are seen to be out of date."""

OUTSIDE_WORDS = frozenset({"outside", "background", "unknown"})
"""Labels of a tissue map that say "not classified": they get the set's stated outside value, as the report tells."""


@dataclass(frozen=True, slots=True)
class FieldParameters:
    """``capsule_mm`` and ``capsule_s_per_m`` None: the library's defaults. Inactive contacts float, or insulate."""

    tissue_set: str = "brain"
    capsule_mm: float | None = None
    capsule_s_per_m: float | None = None


def solve_field(
    case: Case,
    store: ArrayStore,
    lead_id: str,
    parameters: FieldParameters | None = None,
    progress: Progress = SILENT,
) -> FieldSolution:
    """Raises PlannerError: "lead-unknown", "no-tissue-map", "unknown-tissue", "lead-shape" and those of the solver."""
    lead = _lead_of(case, lead_id)
    wanted = parameters or FieldParameters()
    shape = lead_shape(device(lead.device_id))
    conductor, words = conductor_of(case, store, lead, wanted)
    units = solve(shape, pose_of(lead), conductor, progress.part(0.0, 0.9), FieldOptions())
    progress(0.9, _("Keeping the field"))
    return FieldSolution(
        id=new_id("field"),
        lead_id=lead_id,
        inputs_hash=inputs_of_solution(case, lead_id, words),
        contacts=units.labels,
        resistance_ohm=tuple(tuple(float(value) for value in row) for row in units.resistance_ohm),
        arrays={name: store.put(array) for name, array in units.to_arrays().items()},
        conductor=words,
    )


def conductor_of(
    case: Case, store: ArrayStore, lead: Lead, wanted: FieldParameters, end: End = "usual"
) -> tuple[Conductor, Mapping[str, str]]:
    """What conducts around a lead, and the stable words that say so; at one end of the published spans.

    Raises PlannerError: "no-tissue-map", "unknown-tissue", "unknown-tissue-set", "conductivity", "lead-shape".
    """
    tissues = tissue_set(wanted.tissue_set).at(end)
    labels = _tissue_map(case, lead) if tissues.needs_labels else None
    conductor = Conductor(_tissue(tissues, labels, store), _capsule(wanted, end))
    return conductor, _words(lead, lead_shape(device(lead.device_id)), tissues, labels, conductor)


def load_solution(fact: FieldSolution, store: ArrayStore) -> UnitSolutions:
    """The unit solutions a fact refers to. Raises RefusedError when an array is damaged or missing."""
    arrays = {name: store.get(ref) for name, ref in fact.arrays.items()}
    return UnitSolutions.from_arrays(arrays, fact.contacts, fact.conductor["space"])


def parameters_of_solution(solution: FieldSolution) -> FieldParameters:
    """What a field was asked for: the usual capsule has a span and may change, another one is kept as it is."""
    words = solution.conductor
    usual, s_per_m = capsule_defaults().conductivity.s_per_m, float(words["capsule_s_per_m"])
    is_usual = abs(s_per_m - usual) < 1e-6 * usual
    return FieldParameters(words["tissue_set"], float(words["capsule_mm"]), None if is_usual else s_per_m)


def lead_shape(model: Device) -> LeadShape:
    """The solver's view of a device. Raises PlannerError(code="lead-shape") for one it cannot solve yet."""
    if not model.contacts or model.diameter_mm <= 0:
        text = _("The field of {name} cannot be solved yet: it is not a round lead with known contacts.")
        raise PlannerError(text.format(name=model.name), code="lead-shape")
    lowest = min(contact.low_mm for contact in model.contacts)
    contacts = (
        ContactShape(
            label=contact.label,
            low_mm=contact.low_mm,
            high_mm=contact.high_mm,
            centre_deg=contact.centre_deg,
            width_deg=contact.width_deg,
            includes_tip=model.tip_is_contact and contact.low_mm == lowest,
        )
        for contact in model.contacts
    )
    return LeadShape(model.diameter_mm, tuple(contacts))


def pose_of(lead: Lead) -> Pose:
    frame = lead_frame(lead)
    return Pose.of(frame.tip_mm, frame.axis, frame.zero_direction, frame.space)


def _lead_of(case: Case, lead_id: str) -> Lead:
    if lead_id not in case.leads:
        raise PlannerError(_("There is no such lead in this case. Choose one from the list."), code="lead-unknown")
    return case.leads[lead_id]


def _tissue_map(case: Case, lead: Lead) -> Segmentation:
    """The last tissue map in the lead's space."""
    found = [one for one in case.segmentations.values() if one.space == lead.space]
    if not found:
        text = _("There is no tissue map. Find the anatomy first, or choose homogeneous tissue.")
        raise PlannerError(text, code="no-tissue-map")
    return found[-1]


def _tissue(tissues: TissueSet, labels: Segmentation | None, store: ArrayStore) -> Tissue:
    if labels is None:
        return Tissue.uniform(tissues.outside.s_per_m)
    table = {int(key): _s_per_m(tissues, word) for key, word in labels.labels.items()}
    table.setdefault(0, tissues.outside.s_per_m)  # 0 in a label image: not classified
    return Tissue.from_labels(volume_of(labels, store), table, tissues.outside.s_per_m)


def _s_per_m(tissues: TissueSet, word: str) -> float:
    return tissues.outside.s_per_m if word in OUTSIDE_WORDS else tissues.conductivity(word).s_per_m


def _capsule(wanted: FieldParameters, end: End) -> Capsule:
    """A conductivity that was asked for has no published span: it is the same at both ends."""
    usual = capsule_defaults()
    thickness = usual.thickness_mm if wanted.capsule_mm is None else wanted.capsule_mm
    s_per_m = usual.conductivity.at(end).s_per_m if wanted.capsule_s_per_m is None else wanted.capsule_s_per_m
    return Capsule(thickness, s_per_m)


def _words(
    lead: Lead, shape: LeadShape, tissues: TissueSet, labels: Segmentation | None, conductor: Conductor
) -> Mapping[str, str]:
    """What the solution rests on, as stable words; with the case they give its hash (see inputs_of_solution)."""
    values = sorted((word, _s_per_m(tissues, word)) for word in set(labels.labels.values())) if labels else []
    return {
        "tissue_set": tissues.id,
        "s_per_m": ";".join(f"{word}={value:g}" for word, value in values),
        "outside_s_per_m": f"{tissues.outside.s_per_m:g}",
        "capsule_mm": f"{conductor.capsule.thickness_mm:g}",
        "capsule_s_per_m": f"{conductor.capsule.s_per_m:g}",
        "inactive": "floating",
        "ground_mm": f"{default_domain(shape).radius_mm:g}",
        "device": digest(shape),
        "method": METHOD,
        "space": lead.space,
    }
