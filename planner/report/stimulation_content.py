"""What the report says of stimulation: programme, activated volume and its overlaps, charge against its limits."""

from dataclasses import dataclass

from planner.case.band import FieldBand, Range
from planner.case.checks import band_of, simulation_of, stale
from planner.case.model import Case, Lead, Programme, Simulation
from planner.i18n import _, number
from planner.library.devices import device
from planner.report.findings import Findings, Limit
from planner.report.parts import EMPTY_TABLE, Pair, Table

CATHODE = "−"
ANODE = "+"

LEAST_SHOWN_MM3 = 0.05
"""Smaller overlaps would print as 0.0."""


@dataclass(frozen=True, slots=True)
class ContactMark:
    """A contact as it is drawn: ``level`` counts from the tip; ``sign`` is −, + or empty; ``words`` say its state."""

    label: str
    level: int
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A computed value beside its limit; ``verdict`` in words, ``is_within`` decides the colour only."""

    label: str
    value: str
    limit: str
    source: str
    verdict: str
    is_within: bool


@dataclass(frozen=True, slots=True)
class StimulationCard:
    """One programme of a lead, or the words that there is none (then everything else is empty)."""

    title: str
    notice: str = ""
    marks: tuple[ContactMark, ...] = ()
    settings: tuple[Pair, ...] = ()
    results: tuple[Pair, ...] = ()
    limits: tuple[LimitLine, ...] = ()
    overlaps: Table = EMPTY_TABLE
    overlap_note: str = ""
    band_note: str = ""


def cards(case: Case, findings: Findings) -> tuple[StimulationCard, ...]:
    """A card per programme, lead by lead."""
    found: list[StimulationCard] = []
    for lead in case.leads.values():
        programmes = [one for one in case.programmes.values() if one.lead_id == lead.id]
        if not programmes:
            found.append(StimulationCard(lead.name, _("No stimulation was set for this lead.")))
        found += [_card(case, lead, programme, findings) for programme in programmes]
    return tuple(found)


def _card(case: Case, lead: Lead, programme: Programme, findings: Findings) -> StimulationCard:
    simulation = simulation_of(case, programme.id)
    has_own_name = programme.name and programme.name != lead.name
    title = f"{lead.name} · {programme.name}" if has_own_name else lead.name
    marks = contact_marks(lead, programme)
    settings = _settings(programme, marks)
    if simulation is None:
        notice = _("The activation of this programme was not computed.")
        return StimulationCard(title, notice, marks, settings)
    band, band_note = _band(case, programme)
    return StimulationCard(
        title=title,
        marks=marks,
        settings=settings,
        results=_results(simulation, band),
        limits=_limits(simulation, findings),
        overlaps=_overlaps(case, simulation, band, findings),
        overlap_note=_("Structures overlap one another: shares need not add up."),
        band_note=band_note,
    )


def _band(case: Case, programme: Programme) -> tuple[FieldBand | None, str]:
    """The band to print, and what is said of it; one that is out of date is left out."""
    band = band_of(case, programme.id)
    if band is None:
        return None, ""
    if f"band:{band.id}" in stale(case):
        return None, _("The low and high run is out of date and left out.")
    return band, _(
        "In brackets: all conductivities at the low and at the high end of their published spans. "
        "The impedance lies between the two; the activated volume can lie outside."
    )


def _with_range(value: str, span: Range | None, digits: int, unit: str) -> str:
    if span is None:
        return f"{value} {unit}"
    text = _("{value} ({low} to {high}) {unit}")
    return text.format(value=value, low=number(span[0], digits), high=number(span[1], digits), unit=unit)


def contact_marks(lead: Lead, programme: Programme) -> tuple[ContactMark, ...]:
    """The state of every contact from the tip up, and last of the generator's case (level -1)."""
    model = device(lead.device_id)
    heights = sorted({contact.low_mm for contact in model.contacts})
    marks = [
        _mark(contact.label, heights.index(contact.low_mm), programme.shares.get(contact.label, 0.0))
        for contact in model.contacts
    ]
    return (*marks, _mark(_("case"), -1, programme.case_share))


def _mark(label: str, level: int, share: float) -> ContactMark:
    if share == 0.0:
        return ContactMark(label, level, "", _("off"))
    sign = CATHODE if share < 0 else ANODE
    return ContactMark(label, level, sign, f"{sign} {number(100.0 * abs(share), 0)} %")


def _settings(programme: Programme, marks: tuple[ContactMark, ...]) -> tuple[Pair, ...]:
    active = ", ".join(f"{mark.label} {mark.words}" for mark in marks if mark.sign)
    return (
        Pair(_("Contacts"), active or _("off")),
        Pair(_("Amplitude"), f"{number(programme.amplitude_ma)} mA"),
        Pair(_("Pulse width"), f"{number(programme.width_us, 0)} µs"),
        Pair(_("Frequency"), f"{number(programme.frequency_hz, 0)} Hz"),
    )


def _results(simulation: Simulation, band: FieldBand | None) -> tuple[Pair, ...]:
    threshold = _("{threshold} V/mm ({width} µm)").format(
        threshold=number(simulation.threshold_v_per_mm, 3), width=number(simulation.fibre_diameter_um)
    )
    return (
        Pair(
            _("Activated volume"),
            _with_range(number(simulation.volume_mm3), band.volume_mm3 if band else None, 1, "mm³"),
        ),
        Pair(_("Threshold"), threshold),
        Pair(
            _("Impedance"),
            _with_range(number(simulation.impedance_ohm, 0), band.impedance_ohm if band else None, 0, "Ω"),
        ),
        Pair(
            _largest_field_label(simulation),
            _with_range(number(simulation.max_field_v_per_mm, 2), band.max_field_v_per_mm if band else None, 2, "V/mm"),
        ),
        Pair(_("Charge per phase"), f"{number(simulation.charge_uc, 3)} µC"),
    )


def _largest_field_label(simulation: Simulation) -> str:
    """With the distance from the contacts from which on it is read, where the simulation says so."""
    distance = simulation.assumptions.get("strongest_from_mm")
    if not distance:
        return _("Largest field")
    return _("Largest field, {distance} mm off").format(distance=number(float(distance), 2))


def _limits(simulation: Simulation, findings: Findings) -> tuple[LimitLine, ...]:
    density, shannon = findings.charge_density_limit, findings.shannon_limit
    return (
        _limit_line(_("Charge density per phase"), simulation.charge_density_uc_cm2, " µC/cm²", 1, density),
        _limit_line(_("Shannon k"), simulation.shannon_k, "", 2, shannon),
    )


def _limit_line(label: str, value: float, unit: str, digits: int, limit: Limit) -> LimitLine:
    is_within = value < limit.value
    return LimitLine(
        label=label,
        value=f"{number(value, digits)}{unit}",
        limit=f"{number(limit.value, digits)}{unit}",
        source=limit.source,
        verdict=_("below the limit of") if is_within else _("AT OR ABOVE the limit of"),
        is_within=is_within,
    )


def _overlaps(case: Case, simulation: Simulation, band: FieldBand | None, findings: Findings) -> Table:
    """Activated volume within each structure, largest first; structures without overlap are left out."""
    found = sorted(simulation.overlaps_mm3.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        (
            findings.structure_names.get(key, key),
            _with_range(number(volume), band.overlap_mm3(key) if band else None, 1, "mm³"),
            _share_words(volume, simulation.volume_mm3),
            _field_words(simulation.strongest_v_per_mm.get(key)),
        )
        for key, volume in found
        if max(volume, band.most_overlap_mm3(key) if band else 0.0) >= LEAST_SHOWN_MM3
    ]
    if not rows and case.structures:
        rows = [(_("none of the structures"), f"{number(0.0)} mm³", "–", "–")]
    head = (_("Activated within"), _("Volume"), _("Share of it"), _("Largest field there"))
    return Table(head, tuple(rows))


def _field_words(field_v_per_mm: float | None) -> str:
    return "–" if field_v_per_mm is None else f"{number(field_v_per_mm, 2)} V/mm"


def _share_words(part_mm3: float, whole_mm3: float) -> str:
    return f"{number(100.0 * part_mm3 / whole_mm3, 0)} %" if whole_mm3 > 0 else "–"
