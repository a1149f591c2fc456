"""What is missing, out of date, or stands in the way of an export. Computed from the case each time, never stored."""

from dataclasses import dataclass
from typing import Literal

from planner.case.inputs import (
    alignment_between,
    atlas_alignment,
    band_of,
    fibre_result_of,
    image_of_space,
    inputs_of_alignment,
    inputs_of_anatomy,
    inputs_of_band,
    inputs_of_fibre_result,
    inputs_of_fibres,
    inputs_of_simulation,
    inputs_of_solution,
    inputs_of_spine,
    inputs_of_spine_atlas,
    levels_subject,
    side_subject,
    simulation_of,
    solution_of,
    subject_hash,
)
from planner.case.model import MNI_SPACE, Alignment, Approval, Case, Lead
from planner.i18n import _, number

__all__ = [
    "SHANNON_K_LIMIT",
    "Blocker",
    "Status",
    "alignment_between",
    "approval_of",
    "atlas_alignment",
    "band_of",
    "export_blockers",
    "fibre_result_of",
    "inputs_of_alignment",
    "inputs_of_anatomy",
    "inputs_of_band",
    "inputs_of_fibre_result",
    "inputs_of_fibres",
    "inputs_of_simulation",
    "inputs_of_solution",
    "inputs_of_spine",
    "inputs_of_spine_atlas",
    "is_approved",
    "levels_subject",
    "simulation_of",
    "solution_of",
    "stale",
    "subject_hash",
    "task_status",
]

SHANNON_K_LIMIT = 1.85
"""Lowest k with tissue damage: Shannon 1992, IEEE Trans Biomed Eng 39:424-426, doi 10.1109/10.126616."""

Status = Literal["todo", "done", "outdated"]


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason not to export: ``code`` for tests and ``--json``, ``subject`` as in :func:`stale`, ``words`` to show."""

    code: str
    subject: str
    words: str


def approval_of(case: Case, subject: str) -> Approval | None:
    """The last word on ``subject``, whatever it was."""
    found = [one for one in case.approvals.values() if one.subject == subject]
    return found[-1] if found else None


def is_approved(case: Case, subject: str) -> bool:
    """Whether a named person approved ``subject`` as it is now."""
    approval = approval_of(case, subject)
    if approval is None or approval.decision != "approved" or not approval.by.strip():
        return False
    return approval.subject_hash == subject_hash(case, subject)


def stale(case: Case) -> dict[str, str]:
    """Results that no longer fit their inputs: subject (``acpc`` or ``kind:id``) to a reason.

    Reasons: ``inputs-changed``, ``missing-input``, ``based-on-stale``, ``other-space``.
    """
    found: dict[str, str] = {}
    for alignment in case.alignments.values():
        _note(found, f"alignment:{alignment.id}", _alignment_reason(case, alignment))
    _stale_anatomy(case, found)
    _stale_spine(case, found)
    for lead in case.leads.values():
        _note(found, f"lead:{lead.id}", "" if lead.space == case.planning_space else "other-space")
    _stale_solutions(case, found)
    _stale_simulations(case, found)
    _stale_bands(case, found)
    _stale_fibres(case, found)
    return found


def _note(found: dict[str, str], subject: str, reason: str) -> None:
    if reason:
        found[subject] = reason


def _alignment_reason(case: Case, alignment: Alignment) -> str:
    ends = (alignment.source, alignment.target)
    if any(space != MNI_SPACE and image_of_space(case, space) is None for space in ends):
        return "missing-input"
    return "" if alignment.inputs_hash == inputs_of_alignment(case, *ends) else "inputs-changed"


def _stale_anatomy(case: Case, found: dict[str, str]) -> None:
    wanted = inputs_of_anatomy(case)
    alignment = atlas_alignment(case)
    base = f"alignment:{alignment.id}" if alignment else ""
    derived = {f"segmentation:{one.id}": (one.space, one.inputs_hash) for one in case.segmentations.values()}
    carried = [one for one in case.structures.values() if one.basis == "brain-atlas"]
    derived |= {f"structure:{one.id}": (one.space, one.inputs_hash) for one in carried}
    if case.acpc and case.acpc.origin == "template":
        derived["acpc"] = (case.acpc.space, case.acpc.inputs_hash)
    elif case.acpc and case.acpc.space != case.planning_space:
        found["acpc"] = "other-space"
    for subject, (space, inputs_hash) in derived.items():
        if space != case.planning_space:
            found[subject] = "other-space"
        elif alignment is None:
            found[subject] = "missing-input"
        elif inputs_hash != wanted:
            found[subject] = "inputs-changed"
        elif base in found:
            found[subject] = "based-on-stale"


def _stale_spine(case: Case, found: dict[str, str]) -> None:
    for space, kept in case.spines.items():
        if image_of_space(case, space) is None:
            found[f"spine:{space}"] = "missing-input"
        elif kept.inputs_hash != inputs_of_spine(case, space):
            found[f"spine:{space}"] = "inputs-changed"
    outline, base = case.spine, f"spine:{case.planning_space}"
    wanted = {"spine-image": inputs_of_spine(case), "spine-atlas": inputs_of_spine_atlas(case)}
    for one in case.structures.values():
        if one.basis == "brain-atlas":
            continue
        if one.space != case.planning_space:
            found[f"structure:{one.id}"] = "other-space"
        elif outline is None:
            found[f"structure:{one.id}"] = "missing-input"
        elif one.inputs_hash != wanted[one.basis]:
            found[f"structure:{one.id}"] = "inputs-changed"
        elif base in found:
            found[f"structure:{one.id}"] = "based-on-stale"


def _stale_solutions(case: Case, found: dict[str, str]) -> None:
    for one in case.solutions.values():
        lead = case.leads.get(one.lead_id)
        if lead is None:
            reason = "missing-input"
        elif one.inputs_hash != inputs_of_solution(case, lead.id, one.conductor):
            reason = "inputs-changed"
        else:
            tissue = [f"segmentation:{seg.id}" for seg in case.segmentations.values() if seg.space == lead.space]
            based_on = [f"lead:{lead.id}", *tissue]
            reason = "based-on-stale" if any(subject in found for subject in based_on) else ""
        _note(found, f"solution:{one.id}", reason)


def _stale_simulations(case: Case, found: dict[str, str]) -> None:
    structures = [f"structure:{one.id}" for one in case.structures.values()]
    for one in case.simulations.values():
        programme = case.programmes.get(one.programme_id)
        solution = solution_of(case, programme.lead_id) if programme else None
        if programme is None or solution is None:
            reason = "missing-input"
        elif one.inputs_hash != inputs_of_simulation(case, programme.id, one.assumptions):
            reason = "inputs-changed"
        else:
            based_on = [f"solution:{solution.id}", *structures]
            reason = "based-on-stale" if any(subject in found for subject in based_on) else ""
        _note(found, f"simulation:{one.id}", reason)


def _stale_bands(case: Case, found: dict[str, str]) -> None:
    for one in case.bands.values():
        simulation = simulation_of(case, one.programme_id)
        if simulation is None:
            reason = "missing-input"
        elif one.inputs_hash != inputs_of_band(case, one.programme_id, one.low, one.high):
            reason = "inputs-changed"
        else:
            reason = "based-on-stale" if f"simulation:{simulation.id}" in found else ""
        _note(found, f"band:{one.id}", reason)


def _stale_fibres(case: Case, found: dict[str, str]) -> None:
    for group in case.fibre_groups.values():
        if group.space != case.planning_space:
            found[f"fibres:{group.id}"] = "other-space"
        elif group.inputs_hash != inputs_of_fibres(case, group):
            found[f"fibres:{group.id}"] = "inputs-changed"
    for one in case.fibre_results.values():
        programme = case.programmes.get(one.programme_id)
        solution = solution_of(case, programme.lead_id) if programme else None
        if programme is None or solution is None or one.group_id not in case.fibre_groups:
            reason = "missing-input"
        elif one.inputs_hash != inputs_of_fibre_result(case, one.group_id, programme.id, one.assumptions):
            reason = "inputs-changed"
        else:
            based_on = (f"fibres:{one.group_id}", f"solution:{solution.id}")
            reason = "based-on-stale" if any(subject in found for subject in based_on) else ""
        _note(found, f"fibre-result:{one.id}", reason)


def export_blockers(case: Case) -> tuple[Blocker, ...]:
    """Why this case must not leave the planner now; empty when it may."""
    found: list[Blocker] = []
    if not _is_identity_confirmed(case):
        text = _("Nobody has confirmed whose images these are. Confirm the identity in task 1.")
        found.append(Blocker("identity-unconfirmed", "identity:", text))
    found += _level_blockers(case)
    found += [blocker for lead in case.leads.values() if (blocker := _side_blocker(case, lead))]
    found += [
        Blocker("stale", subject, _stale_words(case, subject)) for subject in stale(case) if _counts(case, subject)
    ]
    found += _charge_blockers(case)
    found += _alignment_blockers(case)
    return tuple(found)


def _is_identity_confirmed(case: Case) -> bool:
    return case.identity is not None and is_approved(case, "identity:")


def _level_blockers(case: Case) -> list[Blocker]:
    """A plan on a spine names levels: a person has to stand for the numbering."""
    if case.spine is None or not case.leads or is_approved(case, levels_subject(case)):
        return []
    text = _("Nobody has confirmed the numbering of the vertebrae. Check it on the images and confirm it in task 4.")
    return [Blocker("levels-unconfirmed", levels_subject(case), text)]


def _side_blocker(case: Case, lead: Lead) -> Blocker | None:
    if is_approved(case, side_subject(lead)):
        return None
    text = _("Nobody has confirmed the side of {lead}. Read it back and confirm it.").format(lead=lead.name)
    return Blocker("side-unconfirmed", side_subject(lead), text)


def _counts(case: Case, subject: str) -> bool:
    """A rejected alignment, or an undecided one nobody uses, does not stand in the way when it is out of date; nor does
    a band or what fibres do, which are then left out of the report."""
    kind, _colon, key = subject.partition(":")
    if kind in ("band", "fibres", "fibre-result"):
        return False
    return kind != "alignment" or case.alignments[key] in _used_alignments(case)


def _stale_words(case: Case, subject: str) -> str:
    kind, _colon, key = subject.partition(":")
    if kind == "simulation":
        programme = case.programmes.get(case.simulations[key].programme_id)
        text = _("The activation of {name} is out of date. Compute it again.")
        return text.format(name=programme.name if programme else key)
    if kind == "solution":
        lead = case.leads.get(case.solutions[key].lead_id)
        return _("The field of {name} is out of date. Compute it again.").format(name=lead.name if lead else key)
    if kind == "lead":
        text = _("{name} was planned on another image. Place it again on the planning image.")
        return text.format(name=case.leads[key].name)
    if kind == "alignment":
        return _("The alignment is out of date: an image was replaced. Align again.")
    if kind == "acpc":
        return _("AC and PC are out of date. Set them again.")
    if kind == "spine":
        return _("The outline of the spine is out of date. Outline it again.")
    return _("The anatomy is out of date ({name}). Find it again.").format(name=key)


def _charge_blockers(case: Case) -> list[Blocker]:
    found = []
    for one in case.simulations.values():
        if one.shannon_k < SHANNON_K_LIMIT:  # written so that a NaN blocks
            continue
        text = _("The charge of {name} is too high: Shannon k {k}, limit {limit}. Lower amplitude or pulse width.")
        programme = case.programmes.get(one.programme_id)
        name = programme.name if programme else one.id
        words = text.format(name=name, k=number(one.shannon_k, 2), limit=number(SHANNON_K_LIMIT, 2))
        found.append(Blocker("shannon", f"simulation:{one.id}", words))
    return found


def _used_alignments(case: Case) -> list[Alignment]:
    """The alignments that count: from the planning image to the atlas and to every other image."""
    others = [image.space for image in case.images.values() if image.id != case.planning_image]
    found = [alignment_between(case, case.planning_space, space) for space in (MNI_SPACE, *others)]
    return [one for one in found if one is not None]


def _alignment_blockers(case: Case) -> list[Blocker]:
    found = []
    for one in _used_alignments(case):
        if one.decision != "approved":
            text = _("An alignment waits for a decision. Look at it and approve or reject it.")
            found.append(Blocker("alignment-undecided", f"alignment:{one.id}", text))
    is_carried = any(one.basis == "brain-atlas" for one in case.structures.values())
    rests_on_atlas = is_carried or case.segmentations or (case.acpc and case.acpc.origin == "template")
    if rests_on_atlas and atlas_alignment(case) is None:
        text = _("The anatomy rests on an alignment that was rejected. Align again.")
        found.append(Blocker("alignment-rejected", "alignment:", text))
    return found


def task_status(case: Case) -> dict[str, Status]:
    """Of the tasks patient, images, align, anatomy, plan, stimulate, report."""
    kinds_out_of_date = {subject.partition(":")[0] for subject in stale(case) if _counts(case, subject)}

    def status(is_done: bool, *kinds: str) -> Status:
        if kinds_out_of_date & set(kinds):
            return "outdated"
        return "done" if is_done else "todo"

    return {
        "patient": _approval_status(case, "identity:"),
        "images": status(bool(case.images)),
        "align": status(_is_aligned(case), "alignment"),
        "anatomy": status(_is_anatomy_found(case), "acpc", "structure", "segmentation", "spine"),
        "plan": status(_is_planned(case), "lead"),
        "stimulate": status(_is_simulated(case), "solution", "simulation"),
        "report": _approval_status(case, "plan:"),
    }


def _is_aligned(case: Case) -> bool:
    """Every other image lies on the planning image, and that of a head in the atlas, each approved."""
    used = _used_alignments(case)
    wanted = len(case.images) - (case.region == "spine")
    return bool(case.images) and len(used) >= wanted and all(one.decision == "approved" for one in used)


def _is_anatomy_found(case: Case) -> bool:
    if case.region == "spine":
        return case.spine is not None and is_approved(case, levels_subject(case))
    return bool(case.acpc and case.structures)


def _is_planned(case: Case) -> bool:
    """Accepted plans are locked: every lead is."""
    return bool(case.leads) and all(lead.is_locked for lead in case.leads.values())


def _is_simulated(case: Case) -> bool:
    done = {one.programme_id for one in case.simulations.values()}
    leads = {one.lead_id for one in case.programmes.values() if one.id in done}
    return bool(case.leads) and leads >= set(case.leads)


def _approval_status(case: Case, subject: str) -> Status:
    if approval_of(case, subject) is None:
        return "todo"
    return "done" if is_approved(case, subject) else "outdated"
