"""A person's word on something: identity, an alignment, the side of a lead, the plan. Each carries a name and a time.

What is approved is the state as it is now (:func:`planner.case.checks.subject_hash`): a later change undoes it.
"""

from dataclasses import replace
from datetime import UTC, datetime

from planner.case.checks import export_blockers, levels_subject, subject_hash
from planner.case.facts import new_id
from planner.case.model import Alignment, Approval, Case, Decision, Side
from planner.errors import RefusedError
from planner.i18n import _


def confirm_identity(case: Case, by: str, note: str = "") -> Approval:
    """That the images are of the patient in ``case.identity``. Raises RefusedError (name-missing, identity-missing)."""
    if case.identity is None:
        raise RefusedError(_("There is no identity to confirm yet. Import an image first."), code="identity-missing")
    return _approval(case, "identity:", "approved", by, note)


def decide_alignment(case: Case, alignment_id: str, decision: Decision, by: str) -> Alignment:
    """The alignment with the person's decision. Raises RefusedError (name-missing, alignment-unknown)."""
    alignment = case.alignments.get(alignment_id)
    if alignment is None:
        text = _("There is no alignment {name} in this case. Choose one from the list.").format(name=alignment_id)
        raise RefusedError(text, code="alignment-unknown")
    return replace(alignment, decision=decision, decided_by=_named(by), decided_at=_now())


def confirm_side(case: Case, lead_id: str, side_read: Side, by: str) -> Approval:
    """That a person read the side back. Raises RefusedError (side-mismatch) when it is not the planned one."""
    lead = case.leads.get(lead_id)
    if lead is None:
        text = _("There is no lead {name} in this case. Choose one from the list.").format(name=lead_id)
        raise RefusedError(text, code="lead-unknown")
    if side_read != lead.side:
        text = _("{lead} is planned on the other side. Stop and look at the images before you go on.")
        raise RefusedError(text.format(lead=lead.name), code="side-mismatch")
    return _approval(case, f"side:{lead_id}", "approved", by)


def confirm_levels(case: Case, names_read: tuple[str, ...], by: str) -> Approval:
    """That a person counted the vertebrae on the images and the names are right. ``names_read`` are the names as they
    stood before the person, from above. Raises RefusedError: levels-unnamed, levels-changed, name-missing."""
    outline = case.spine
    if outline is None or not outline.is_named:
        text = _("The vertebrae have no names yet. Give one of them its name first.")
        raise RefusedError(text, code="levels-unnamed")
    if names_read != tuple(one.name for one in outline.vertebrae):
        text = _("The names changed meanwhile. Look at them again before you confirm.")
        raise RefusedError(text, code="levels-changed")
    return _approval(case, levels_subject(case), "approved", by)


def approve_plan(case: Case, by: str, note: str = "") -> Approval:
    """The plan as it is. Raises RefusedError (plan-blocked) while something stands in the way of an export."""
    blockers = export_blockers(case)
    if blockers:
        raise RefusedError(" ".join(one.words for one in blockers), code="plan-blocked")
    return _approval(case, "plan:", "approved", by, note)


def _approval(case: Case, subject: str, decision: Decision, by: str, note: str = "") -> Approval:
    return Approval(
        id=new_id("approval"),
        subject=subject,
        decision=decision,
        by=_named(by),
        at=_now(),
        subject_hash=subject_hash(case, subject),
        note=note.strip(),
    )


def _named(by: str) -> str:
    clean = " ".join(by.split())
    if not clean:
        raise RefusedError(_("Please give your name: it is kept with the decision."), code="name-missing")
    return clean


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
