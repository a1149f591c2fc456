"""The numbers and curves of a fibre result, in words; and where they differ from the activated volume, and why."""

from dataclasses import dataclass

import numpy as np

from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import Programme, Simulation
from planner.geometry.arrays import FloatArray
from planner.i18n import _, number
from planner.library.fibre_words import group_name, trouble_words
from planner.steps.fibre_results import END_CODE, FibreFigures, weiss
from planner.ui.fibres_on_views import FIBRE_RGB
from planner.ui.session import Session
from planner.ui.widgets.curves_plot import NamedCurve
from planner.ui.widgets.labels import Row

FARTHEST_MA = 25.5
"""Largest amplitude of present implanted generators (facts/leads.json, ipgs): thresholds beyond it say so."""


def figure_rows(
    result: FibreResult,
    figures: FibreFigures,
    amplitude_ma: float,
    simulation: Simulation | None,
    *,
    is_stale: bool,
    is_estimate: bool = False,
    is_rough: bool = False,
) -> list[Row]:
    """At an amplitude; greyed when out of date. An estimate has no places of spikes and no rheobase of its own."""
    asked = int(figures.asked.sum())
    fires = figures.fires(amplitude_ma)
    share = number(100.0 * figures.share_firing(amplitude_ma), 0)
    text = _("{count} of {all} ({share} %)").format(count=int(fires.sum()), all=asked, share=share)
    rows: list[Row] = [(_("Fibres that fire"), text, "warn" if fires.any() else "plain")]
    rows += _threshold_rows(figures, amplitude_ma)
    if is_estimate:
        words = _("rough; the solver follows when you let go") if is_rough else _("the solver follows when you let go")
        rows.insert(0, (_("Live estimate"), words, "warn"))
    else:
        rows += _start_rows(figures)
        rows += _difference_rows(result, figures, amplitude_ma, simulation)
        rows += _strength_rows(result)
    reasons = trouble_words()
    for code, count in figures.set_aside.items():
        rows.append((_("Set aside"), _("{count} that {reason}").format(count=count, reason=reasons[code]), "warn"))
    return [(row[0], row[1], "stale") for row in rows] if is_stale else rows


@dataclass(frozen=True, slots=True)
class Miss:
    """By how much the live estimate was off, as shares, once the solver has answered."""

    median: float
    worst: float

    @classmethod
    def of(cls, estimated_ma: FloatArray, solved_ma: FloatArray) -> "Miss | None":
        """None when no fibre has both."""
        both = np.isfinite(estimated_ma) & np.isfinite(solved_ma)
        if not both.any():
            return None
        off = np.abs(estimated_ma[both] / solved_ma[both] - 1.0)
        return cls(float(np.median(off)), float(off.max()))

    def row(self) -> Row:
        text = _("off by {median} % in the middle, {worst} % at worst; replaced by the solver")
        words = text.format(median=number(100.0 * self.median, 1), worst=number(100.0 * self.worst, 1))
        return (_("Live estimate was"), words)


def _threshold_rows(figures: FibreFigures, amplitude_ma: float) -> list[Row]:
    asked = figures.thresholds_ma[figures.asked]
    if not len(asked):
        return []
    least = float(asked.min())
    rows: list[Row] = [(_("First one fires at"), _ma(least))]
    if np.isfinite(least) and amplitude_ma > 0:
        text = _("{value} times the present amplitude")
        rows.append((_("Margin to the first"), text.format(value=number(least / amplitude_ma, 1))))
    rows.append((_("Half of them fire at"), _ma(float(np.median(asked)))))
    return rows


def _ma(value: float) -> str:
    if not value <= FARTHEST_MA:
        return _("more than {value} mA").format(value=number(FARTHEST_MA, 1))
    return _("{value} mA").format(value=number(value, 2))


def _start_rows(figures: FibreFigures) -> list[Row]:
    """Where spikes start: one at a fibre's end is the end's, not the tract's."""
    at_end = int((figures.codes == END_CODE).sum())
    if not at_end:
        return [(_("Spikes start"), _("along the fibres"))]
    text = _("at an end in {count} fibres: a line that stops there may not")
    return [(_("Spikes start"), text.format(count=at_end), "warn")]


def _difference_rows(
    result: FibreResult, figures: FibreFigures, amplitude_ma: float, simulation: Simulation | None
) -> list[Row]:
    """The |E| volume beside the cable model: how many fibres each counts, and why they differ."""
    if simulation is None or not np.isfinite(figures.strongest_v_mm_ma).any():
        return []
    touched = figures.touched(amplitude_ma, simulation.threshold_v_per_mm)
    fires = figures.fires(amplitude_ma)
    text = _("{touched} touched by the volume, {both} of them fire; {only} fire outside it")
    words = text.format(
        touched=int(touched.sum()), both=int((touched & fires).sum()), only=int((fires & ~touched).sum())
    )
    rows: list[Row] = [(_("|E| volume beside it"), words)]
    if (touched != fires).any():
        why = _(
            "The volume is |E| ≥ {threshold} V/mm, for fibres of {volume} µm in any direction. The cable model follows "
            "the field along each fibre of {fibre} µm."
        ).format(
            threshold=number(simulation.threshold_v_per_mm, 3),
            volume=number(simulation.fibre_diameter_um, 1),
            fibre=number(float(result.assumptions["diameter_um"]), 1),
        )
        rows.append((_("Why they differ"), why))
    return rows


def _strength_rows(result: FibreResult) -> list[Row]:
    fit = weiss(result.strength_duration)
    if fit is None:
        return []
    text = _("{rheobase} mA; {chronaxie} µs")
    shown = text.format(rheobase=number(fit.rheobase_ma, 2), chronaxie=number(fit.chronaxie_us, 0))
    return [(_("Rheobase; chronaxie"), shown)]


def recruitment_curve(
    session: Session,
    group: FibreGroup,
    result: FibreResult,
    programme: Programme,
    estimated: FibreFigures | None = None,
) -> NamedCurve:
    """Percent of the fibres that fire, up to the last one or to what generators deliver, and beyond the amplitude.
    ``estimated`` in place of the solver's figures."""
    figures = estimated or FibreFigures.of(result, session.document.store)
    finite = figures.thresholds_ma[np.isfinite(figures.thresholds_ma)]
    top = float(np.quantile(finite, 0.95)) if len(finite) else 1.0
    most = min(max(1.1 * top, 2.0 * programme.amplitude_ma), max(FARTHEST_MA, 1.2 * programme.amplitude_ma))
    currents, shares = figures.recruitment(most)
    rank = list(session.case.fibre_groups).index(group.id) if group.id in session.case.fibre_groups else 0
    text = _("{name}, {value} µm") if estimated is None else _("{name}, {value} µm, estimate")
    name = text.format(name=group_name(group.name), value=number(group.diameter_um, 1))
    return NamedCurve(name, currents, 100.0 * shares, FIBRE_RGB[rank % len(FIBRE_RGB)])


def strength_duration_curves(result: FibreResult) -> tuple[NamedCurve, ...]:
    """The computed currents, and Weiss's line through them."""
    curve = result.strength_duration
    if not curve:
        return ()
    widths = np.array([float(key) for key in curve])
    found = [NamedCurve(_("first fibre"), widths, np.array(list(curve.values())), shows_points=True)]
    fit = weiss(curve)
    if fit is not None:
        fine = np.geomspace(widths.min(), widths.max(), 60)
        found.append(NamedCurve(_("Weiss"), fine, fit.rheobase_ma * (1.0 + fit.chronaxie_us / fine), (170, 170, 170)))
    return tuple(found)
