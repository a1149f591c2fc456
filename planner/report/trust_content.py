"""On what the plan rests, what is not verified, and who decided what."""

from planner.case.checks import approval_of, is_approved, simulation_of, solution_of
from planner.case.model import MNI_SPACE, Alignment, Case, Lead
from planner.i18n import _, number
from planner.library.assumptions import field_sentences, simulation_sentences
from planner.library.devices import device
from planner.report.findings import Findings
from planner.report.parts import Table, moment_words


def assumptions(case: Case, findings: Findings) -> tuple[str, ...]:
    """What the computed numbers rest on: further sentences given, then those of each lead's field and simulations.

    A sentence that holds for every lead is said once, without a name.
    """
    by_lead = {lead.name: _sentences_of(case, lead) for lead in case.leads.values()}
    by_lead = {name: sentences for name, sentences in by_lead.items() if sentences}
    found = [*findings.assumptions]
    if case.leads:  # the library's own disclaimer
        found.append(_("Lead dimensions are drawing and modelling values: the maker's documents for the lot decide."))
    for name, sentences in by_lead.items():
        for sentence in sentences:
            holds_for_all = all(sentence in others for others in by_lead.values())
            found.append(sentence if holds_for_all else f"{name}: {sentence}")
    return tuple(dict.fromkeys(found))


def _sentences_of(case: Case, lead: Lead) -> list[str]:
    solution = solution_of(case, lead.id)
    found = list(field_sentences(solution.conductor)) if solution else []
    for programme in case.programmes.values():
        simulation = simulation_of(case, programme.id)
        if programme.lead_id == lead.id and simulation is not None:
            found += simulation_sentences(simulation.assumptions)
    return found


def unverified(case: Case, findings: Findings) -> tuple[str, ...]:
    """Everything a reader must check for himself, lead by lead, then of the whole case."""
    found: list[str] = []
    for lead in case.leads.values():
        found += [f"{lead.name}: {words}" for words in _lead_doubts(lead, findings)]
    if case.acpc is None and case.region == "head":
        found.append(_("AC and PC are not set: angles and AC-PC positions are missing."))
    elif case.acpc is not None and case.acpc.origin == "template" and not case.acpc.confirmed_by:
        found.append(_("AC and PC come from the template. Nobody has confirmed them on the images."))
    for alignment in case.alignments.values():
        if alignment.decision == "proposed":
            found.append(_("Nobody has approved the alignment {name}.").format(name=_ends(case, alignment)))
    if any(one.basis == "spine-atlas" for one in case.structures.values()):
        found.append(_("Cord, sac and ganglia were placed from tables of other people. They are estimates."))
    if any(one.status != "read" and one.basis == "brain-atlas" for one in case.structures.values()):
        found.append(_("Target structures were carried over from an atlas. They are start points, not this patient's."))
    return tuple(dict.fromkeys(found))


def _lead_doubts(lead: Lead, findings: Findings) -> list[str]:
    model = device(lead.device_id)
    found = findings.leads[lead.id]
    doubts = [*found.doubts, *model.caveats()]
    if any(one.mni is None for one in found.positions):
        doubts.append(_("Atlas positions are missing: no alignment to the atlas is approved."))
    if not {"ventricle", "sulcus"} & {one.kind for one in found.clearances}:
        doubts.append(_("Clearances from ventricle and sulci are missing: there is no tissue map."))
    if model.confidence_grade != "high":
        doubts.append(_("The dimensions of the lead were not read in the maker's manual."))
    if model.conflicts:
        doubts.append(_("Sources disagree on this lead: {conflicts}.").format(conflicts="; ".join(model.conflicts)))
    return doubts


def space_words(case: Case, space: str) -> str:
    """A space by the name of its image."""
    if space == MNI_SPACE:
        return "MNI152 2009a"
    image = next((one for one in case.images.values() if one.space == space), None)
    return image.name if image else space


def _ends(case: Case, alignment: Alignment) -> str:
    return f"{space_words(case, alignment.source)} → {space_words(case, alignment.target)}"


def _kind_words(alignment: Alignment) -> str:
    names = {
        "rigid": _("rigid"),
        "affine": _("affine"),
        "deformable": _("deformable"),
        "landmarks": _("by landmarks"),
    }
    engines = {"itk": "SimpleITK", "landmarks": _("landmarks by hand")}
    return f"{names[alignment.kind]} ({engines.get(alignment.engine, alignment.engine)})"


def _figure_words(key: str, value: float) -> str:
    """A figure of an alignment's quality; a name this program does not know is shown as it is, without underscores."""
    texts = {
        "correlation": _("similarity in the brain {value}"),
        "correlation_acpc": _("around AC-PC {value}"),
        "jacobian_min": _("smallest volume change {value}"),
        "acpc_length_mm": _("AC to PC {value} mm"),
        "second_start_mm": _("second start differs by {value} mm"),
        "second_start_p95_mm": _("95 % of the brain within {value} mm of it"),
        "inverse_p95_mm": _("inverse consistency within {value} mm (95 %)"),
        "information": _("normalized mutual information {value} (1 to 2)"),
        "rms_mm": _("landmarks: root mean square {value} mm"),
        "worst_mm": _("worst landmark {value} mm"),
    }
    known = texts.get(key)
    if known is None:
        return f"{key.replace('_', ' ')} {number(value, 2)}"
    return known.format(value=number(value, 2))


def _decision_words(alignment: Alignment) -> str:
    if alignment.decision == "proposed":
        return _("waits for a decision")
    text = _("approved by {by}, {moment}") if alignment.decision == "approved" else _("rejected by {by}, {moment}")
    return text.format(by=alignment.decided_by, moment=moment_words(alignment.decided_at))


def alignment_table(case: Case) -> Table:
    """Every alignment with its figures and the decision on it."""
    rows = [
        (
            _ends(case, one),
            _kind_words(one),
            "; ".join(_figure_words(key, value) for key, value in one.quality.items()) or "–",
            _decision_words(one),
        )
        for one in case.alignments.values()
    ]
    return Table((_("Alignment"), _("Method"), _("Figures"), _("Decision")), tuple(rows))


def approval_table(case: Case) -> Table:
    """Every subject's last decision by name and date, and whether it still fits what was approved."""
    subjects = list(dict.fromkeys(one.subject for one in case.approvals.values()))
    rows = [row for subject in subjects if (row := _approval_row(case, subject)) is not None]
    if "plan:" not in subjects:
        rows.append((_("Plan"), _("not approved"), "–", "–"))
    return Table((_("Subject"), _("Decision"), _("By"), _("When")), tuple(rows))


def _approval_row(case: Case, subject: str) -> tuple[str, str, str, str] | None:
    approval = approval_of(case, subject)
    if approval is None:
        return None
    kind, _colon, key = subject.partition(":")
    if kind == "side" and key not in case.leads:
        return None  # the lead was removed since
    names = {"identity": _("Identity"), "plan": _("Plan"), "levels": _("Numbering of the vertebrae")}
    name = names.get(kind, subject)
    if kind == "side":
        name = _("Side of {lead}").format(lead=case.leads[key].name)
    decisions = {"approved": _("approved"), "rejected": _("rejected"), "proposed": _("proposed")}
    decision = decisions[approval.decision]
    if approval.decision == "approved" and not is_approved(case, subject):
        decision = _("approved before a later change")
    return (name, decision, approval.by, moment_words(approval.at))
