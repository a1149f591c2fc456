"""Plan a lead: name, side, target and entry in, a :class:`Lead` out; then move, deepen, turn, lock.

A doubt that matters (a left lead on the right side, an odd path length) is asked as a QuestionError whose code is the
concern's code; giving that code in ``accepted`` is the person's confirmation, and the lead remembers it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from planner.case.facts import new_id
from planner.case.model import Case, Lead, Side, Vector
from planner.case.store import ArrayStore
from planner.errors import QuestionError, RefusedError
from planner.i18n import _
from planner.leads.checks import Concern, refuse_impossible, refuse_locked
from planner.library.devices import device
from planner.steps.read_lead import concerns_about


@dataclass(frozen=True, slots=True)
class PlaceLeadRequest:
    """Positions are RAS mm in the planning space; ``accepted`` are codes of concerns the person confirms."""

    name: str
    side: Side
    device_id: str
    target: Vector
    entry: Vector
    target_id: str = ""
    depth_mm: float = 0.0
    rotation_deg: float = 0.0
    accepted: tuple[str, ...] = ()


def place_lead(case: Case, store: ArrayStore, request: PlaceLeadRequest) -> Lead:
    """A new lead. Raises RefusedError (no-planning-image, lead-unnamed, lead-name-taken, and those of
    ``refuse_impossible``) or QuestionError with a concern's code."""
    if not case.planning_image:
        raise RefusedError(_("There is no image to plan on. Import one first."), code="no-planning-image")
    lead = Lead(
        id=new_id("lead"),
        name=_free_name(case, request.name),
        side=request.side,
        device_id=request.device_id,
        target=_plain(request.target),
        entry=_plain(request.entry),
        space=case.planning_space,
        target_id=request.target_id,
        depth_mm=request.depth_mm,
        rotation_deg=_turned(request.rotation_deg),
    )
    return _settled(case, store, lead, request.accepted)


def move_lead(
    case: Case,
    store: ArrayStore,
    lead_id: str,
    *,
    target: Vector | None = None,
    entry: Vector | None = None,
    accepted: Collection[str] = (),
) -> Lead:
    """The lead with another target or entry. Raises as :func:`place_lead`, and RefusedError(code="lead-locked")."""
    lead = _unlocked(case, lead_id)
    moved = replace(lead, target=_plain(target or lead.target), entry=_plain(entry or lead.entry))
    return _settled(case, store, moved, accepted)


def change_depth(case: Case, store: ArrayStore, lead_id: str, depth_mm: float) -> Lead:
    """The lead with its tip ``depth_mm`` beyond the target."""
    return _settled(case, store, replace(_unlocked(case, lead_id), depth_mm=depth_mm), ())


def rotate(case: Case, store: ArrayStore, lead_id: str, rotation_deg: float) -> Lead:
    """The lead turned to ``rotation_deg`` about its axis (kept within -180 to 180)."""
    return _settled(case, store, replace(_unlocked(case, lead_id), rotation_deg=_turned(rotation_deg)), ())


def change_device(case: Case, store: ArrayStore, lead_id: str, device_id: str) -> Lead:
    """The lead as another model at the same place."""
    return _settled(case, store, replace(_unlocked(case, lead_id), device_id=device_id), ())


def rename_lead(
    case: Case, store: ArrayStore, lead_id: str, name: str, side: Side | None = None, accepted: Collection[str] = ()
) -> Lead:
    """The lead under another name or with another stated side. Raises as :func:`place_lead`."""
    lead = _unlocked(case, lead_id)
    renamed = replace(lead, name=_free_name(case, name, except_id=lead_id), side=side or lead.side)
    return _settled(case, store, renamed, accepted)


def lock(case: Case, lead_id: str) -> Lead:
    """The lead as accepted: nothing moves it until it is unlocked."""
    return replace(lead_of(case, lead_id), is_locked=True)


def unlock(case: Case, lead_id: str) -> Lead:
    return replace(lead_of(case, lead_id), is_locked=False)


def lead_of(case: Case, lead_id: str) -> Lead:
    """Raises RefusedError(code="lead-unknown")."""
    lead = case.leads.get(lead_id)
    if lead is None:
        text = _("There is no lead {name} in this case. Choose one from the list.").format(name=lead_id)
        raise RefusedError(text, code="lead-unknown")
    return lead


def _unlocked(case: Case, lead_id: str) -> Lead:
    lead = lead_of(case, lead_id)
    refuse_locked(lead)
    return lead


def _free_name(case: Case, name: str, except_id: str = "") -> str:
    clean = " ".join(name.split())
    if not clean:
        raise RefusedError(_("Name the lead first."), code="lead-unnamed")
    if any(lead.name.casefold() == clean.casefold() for key, lead in case.leads.items() if key != except_id):
        text = _("There is already a lead {name}. Give this one another name.").format(name=clean)
        raise RefusedError(text, code="lead-name-taken")
    return clean


def _plain(place: Vector) -> Vector:
    """Python floats, whatever kind of number a view or a file brought."""
    return (float(place[0]), float(place[1]), float(place[2]))


def _turned(rotation_deg: float) -> float:
    """The same turn within (-180, 180]."""
    return 180.0 - (180.0 - rotation_deg) % 360.0


def _settled(case: Case, store: ArrayStore, lead: Lead, accepted: Collection[str]) -> Lead:
    """The lead, once nothing forbids it and every doubt that matters is confirmed."""
    refuse_impossible(lead, device(lead.device_id))
    open_doubts = {concern.code: concern for concern in concerns_about(case, store, lead) if concern.must_confirm}
    confirmed = {*lead.accepted, *accepted} & set(open_doubts)
    for code, concern in open_doubts.items():
        if code not in confirmed:
            raise _question(concern)
    return replace(lead, accepted=tuple(sorted(confirmed)))


def _question(concern: Concern) -> QuestionError:
    choices = {"confirm": _("Keep it as it is"), "change": _("Go back and change it")}
    return QuestionError(concern.words, choices, code=concern.code)
