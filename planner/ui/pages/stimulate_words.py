"""The numbers of a simulation with their limits, each with a word."""

from planner.case.band import FieldBand, Range
from planner.case.checks import SHANNON_K_LIMIT
from planner.case.model import Simulation
from planner.i18n import _, number
from planner.library import safety
from planner.library.targets import structure_name
from planner.ui.theme import Tone
from planner.ui.widgets.labels import Row

Rows = list[Row]
LEAST_SHOWN_MM3 = 0.05
"""Less would be shown as 0.0."""


def number_rows(simulation: Simulation, band: FieldBand | None = None, *, is_stale: bool) -> Rows:
    """Volume, overlaps, impedance, charge and its limits; greyed when out of date. ``band``: in brackets beside."""
    volume = _("{value} mm³").format(value=number(simulation.volume_mm3))
    rows: Rows = [(_("Activated volume"), volume + _brackets(band.volume_mm3 if band else None, 1))]
    rows += _overlap_rows(simulation, band)
    impedance = _("{value} Ω").format(value=number(simulation.impedance_ohm, 0))
    rows.append((_("Impedance"), impedance + _brackets(band.impedance_ohm if band else None, 0)))
    rows.append((_("Charge per phase"), _("{value} µC").format(value=number(simulation.charge_uc, 3))))
    rows.append(_density_row(simulation.charge_density_uc_cm2))
    rows.append(_shannon_row(simulation.shannon_k))
    strongest = _field(simulation.max_field_v_per_mm) + _brackets(band.max_field_v_per_mm if band else None, 2)
    rows.append((_("Largest field outside the encapsulation"), strongest))
    if is_stale:
        return [(row[0], row[1], "stale") for row in rows]
    return rows


def _brackets(span: Range | None, digits: int) -> str:
    if span is None:
        return ""
    return " " + _("({low} to {high})").format(low=number(span[0], digits), high=number(span[1], digits))


def _overlap_rows(simulation: Simulation, band: FieldBand | None) -> Rows:
    """Structures the volume reaches, in any run, the largest share first."""
    reached = sorted(simulation.overlaps_mm3.items(), key=lambda one: -one[1])
    text, place = _("{value} mm³"), _("in {name}")
    return [
        (
            place.format(name=structure_name(key)),
            text.format(value=number(mm3)) + _brackets(band.overlap_mm3(key) if band else None, 1),
        )
        for key, mm3 in reached
        if max(mm3, band.most_overlap_mm3(key) if band else 0.0) > LEAST_SHOWN_MM3
    ]


def _field(value: float) -> str:
    return _("{value} V/mm").format(value=number(value, 2))


def _density_row(density: float) -> tuple[str, str, Tone]:
    limit = safety.density_limit().value
    value, shown_limit = number(density), number(limit, 0)
    if density < limit:
        words = _("{value} µC/cm², below the makers' warning at {limit}")
        return _("Charge density"), words.format(value=value, limit=shown_limit), "plain"
    words = _("{value} µC/cm², at or above the makers' warning at {limit}")
    return _("Charge density"), words.format(value=value, limit=shown_limit), "warn"


def _shannon_row(k: float) -> tuple[str, str, Tone]:
    value, limit = number(k, 2), number(SHANNON_K_LIMIT, 2)
    if k < SHANNON_K_LIMIT:
        words = _("{k}, below {limit} (damage was seen from there on)")
        return _("Shannon k"), words.format(k=value, limit=limit), "plain"
    words = _("{k}, not below {limit}: export is blocked. Lower amplitude or pulse width.")
    return _("Shannon k"), words.format(k=value, limit=limit), "bad"
