"""Facts of the case as what pictures show: leads with signed contacts, structures, activated volumes, points."""

from planner.case.facts import surface_of
from planner.case.model import Case, Image, Lead, Programme, Simulation
from planner.case.store import ArrayStore
from planner.i18n import _
from planner.leads.path import lead_frame, length_mm
from planner.library.devices import device
from planner.library.spine_names import CANAL_ID, CORD_ID, SAC_ID
from planner.library.targets import structure_name
from planner.report.parts import person_name
from planner.scene.annotations import ImageWords
from planner.scene.display import ContactDisplay, LeadDisplay, PointDisplay, Rgb, Sign, SurfaceDisplay
from planner.scene.straight_marks import LevelMark
from planner.steps.read_spine import level_rows, numbering_confirmed_by

LEAD_RGB: tuple[Rgb, ...] = ((222, 226, 230), (255, 214, 140), (170, 224, 255), (216, 190, 255))
STRUCTURE_RGB: tuple[Rgb, ...] = (
    (102, 194, 165), (252, 141, 98), (141, 160, 203), (231, 138, 195), (166, 216, 84), (229, 196, 148),
)  # fmt: skip
"""Told apart by the common forms of colour blindness (ColorBrewer Set2); names stand beside them."""

GANGLIA = "drg"
"""What the ids of ganglia begin with; they share a colour."""

SPINE_RGB: dict[str, Rgb] = {
    CANAL_ID: (190, 186, 170), SAC_ID: (120, 170, 230), CORD_ID: (244, 214, 96), GANGLIA: (240, 140, 90),
}  # fmt: skip

ACTIVATED_RGB: Rgb = (255, 176, 32)
LEVEL_RGB: Rgb = (255, 236, 160)
ABOVE_ENTRY_MM = 10.0
"""So much of the shaft is drawn above the entry."""


def lead_displays(case: Case) -> tuple[LeadDisplay, ...]:
    """Every lead of the planning space with the signs of its programme."""
    leads = [lead for lead in case.leads.values() if lead.space == case.planning_space]
    return tuple(_lead_display(case, lead, LEAD_RGB[n % len(LEAD_RGB)]) for n, lead in enumerate(leads))


def _lead_display(case: Case, lead: Lead, rgb: Rgb) -> LeadDisplay:
    model, frame = device(lead.device_id), lead_frame(lead)
    programme = next((one for one in case.programmes.values() if one.lead_id == lead.id), None)
    return LeadDisplay(
        name=lead.name,
        side=lead.side,
        tip=(float(frame.tip_mm[0]), float(frame.tip_mm[1]), float(frame.tip_mm[2])),
        axis=(float(frame.axis[0]), float(frame.axis[1]), float(frame.axis[2])),
        zero=(float(frame.zero_direction[0]), float(frame.zero_direction[1]), float(frame.zero_direction[2])),
        radius_mm=model.diameter_mm / 2.0,
        length_mm=length_mm(lead) + lead.depth_mm + ABOVE_ENTRY_MM,
        contacts=tuple(
            ContactDisplay(
                one.label, one.low_mm, one.high_mm, _sign(programme, one.label), one.centre_deg, one.width_deg
            )
            for one in model.contacts
        ),
        rgb=rgb,
        lead_id=lead.id,
    )


def _sign(programme: Programme | None, label: str) -> Sign:
    share = programme.shares.get(label, 0.0) if programme else 0.0
    if share == 0.0:
        return "off"
    return "-" if share < 0.0 else "+"


def structure_displays(case: Case, store: ArrayStore) -> tuple[SurfaceDisplay, ...]:
    """The target structures of the planning space, each in its own colour."""
    found = [one for one in case.structures.values() if one.space == case.planning_space]
    return tuple(
        SurfaceDisplay(structure_name(one.id), surface_of(one, store, one.space), structure_rgb(one.id, n))
        for n, one in enumerate(found)
    )


def structure_rgb(identifier: str, row: int) -> Rgb:
    """The parts of a spine have colours of their own; targets of the brain take turns."""
    part = identifier.split("-")[0] if identifier.startswith(GANGLIA) else identifier
    return SPINE_RGB.get(part, STRUCTURE_RGB[row % len(STRUCTURE_RGB)])


def activated_displays(case: Case, store: ArrayStore) -> tuple[SurfaceDisplay, ...]:
    """The activated volume of each programme's last simulation; empty ones are left out."""
    last: dict[str, Simulation] = {one.programme_id: one for one in case.simulations.values()}
    return tuple(
        SurfaceDisplay(
            _("{name} activated").format(name=case.programmes[one.programme_id].name),
            surface_of(one, store, case.planning_space),
            ACTIVATED_RGB,
            opacity=0.5,
            is_filled=True,
        )
        for one in last.values()
        if one.volume_mm3 > 0.0
    )


def point_displays(case: Case) -> tuple[PointDisplay, ...]:
    """Targets round, entries square, AC and PC and vertebral bodies as crosses."""
    points: list[PointDisplay] = _level_points(case)
    if case.acpc is not None and case.acpc.space == case.planning_space:
        points += [PointDisplay(_("AC"), case.acpc.ac), PointDisplay(_("PC"), case.acpc.pc)]
    for lead in case.leads.values():
        if lead.space == case.planning_space:
            points += [PointDisplay("", lead.target, "round"), PointDisplay("", lead.entry, "square")]
    return tuple(points)


def image_words(case: Case, image: Image) -> ImageWords:
    """What stands on a picture about its image: the patient as confirmed for the case."""
    who = case.identity or image.identity
    return ImageWords(
        patient_name=person_name(who.name),
        patient_id=who.patient_id,
        birth_date=who.birth_date,
        study_date=image.study_date,
        series=image.name,
        unit=image.unit,
        levels=levels_words(case),
    )


def levels_words(case: Case) -> str:
    """The level guard: on every view of a spine, how far the names of the vertebrae can be trusted."""
    outline = case.spine
    if case.region != "spine" or outline is None:
        return ""
    name = numbering_confirmed_by(case)
    if name:
        return _("Levels confirmed by {name}").format(name=name)
    if outline.is_named:
        return _("Levels NOT confirmed (from {anchor})").format(anchor=outline.anchor)
    return _("Levels not named")


def level_marks(case: Case) -> tuple[LevelMark, ...]:
    """The vertebrae beside the straightened pictures."""
    return tuple(LevelMark(row.name, row.top_mm, row.bottom_mm, row.state == "confirmed") for row in level_rows(case))


def _level_points(case: Case) -> list[PointDisplay]:
    """The names at the middle of the bodies; with a question mark until the numbering is confirmed."""
    if case.region != "spine" or case.spine is None or case.spine.space != case.planning_space:
        return []
    return [
        PointDisplay(row.name if row.state == "confirmed" else f"{row.name}?", row.centre, "cross", LEVEL_RGB)
        for row in level_rows(case)
    ]
