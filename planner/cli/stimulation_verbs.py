"""Solve the field of a lead and see what a programme activates."""

import argparse
from typing import cast

from planner.case.codec import encode
from planner.case.commands import Command
from planner.case.model import Case
from planner.cli.lead_verbs import lead_named
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _
from planner.library.assumptions import band_sentences
from planner.library.thresholds import GENERAL, TABLE
from planner.library.tissues import capsule_defaults
from planner.progress import Progress
from planner.steps.set_programme import ProgrammeRequest, Sign, programme_of, set_programme
from planner.steps.simulate import SimulationParameters, simulate
from planner.steps.solve_band import solve_band
from planner.steps.solve_field import FieldParameters, solve_field


def verbs() -> list[Verb]:
    return [
        Verb("solve-field", _("compute the field of a lead, one contact at a time"), _field_arguments, _solve),
        Verb("simulate", _("what a programme activates"), _simulate_arguments, _simulate),
        Verb("field-band", _("the last programme over the published conductivities"), _band_arguments, _band),
    ]


def _field_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    parser.add_argument("--tissue", default="brain", help=_("tissue set: brain, or homogeneous"))
    usual = capsule_defaults()
    thickness = _("thickness of the encapsulation")
    parser.add_argument("--capsule-mm", type=float, default=usual.thickness_mm, help=thickness)
    add_by(parser)


def _simulate_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    parser.add_argument("--contacts", required=True, help=_("signs by contact, as 0-,1+"))
    parser.add_argument("--amplitude", type=float, required=True, help="mA")
    parser.add_argument("--width", type=float, default=60.0, help="µs")
    parser.add_argument("--frequency", type=float, default=130.0, help="Hz")
    _threshold_arguments(parser)
    add_by(parser)


def _threshold_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fibre", type=float, default=3.4, help=_("fibre diameter, µm"))
    help_words = _("by pulse width and fibre (30 to 120 µs), or the general 0.2 V/mm for any pulse")
    parser.add_argument("--threshold", choices=(TABLE, GENERAL), default=TABLE, help=help_words)


def _band_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    add_by(parser)


def _solve(arguments: argparse.Namespace, progress: Progress) -> Result:
    parameters = FieldParameters(tissue_set=arguments.tissue, capsule_mm=arguments.capsule_mm)
    with opened(arguments) as case_file:
        lead = lead_named(case_file.case, arguments.name)
        solution = solve_field(case_file.case, case_file.store, lead.id, parameters, progress)
        case_file.commit(Command("solve-field", lead.name), case_file.case.with_solution(solution), by=arguments.by)
        impedances = [row[n] for n, row in enumerate(solution.resistance_ohm)]
        return {
            "solution": solution.id,
            "impedance_ohm": dict(zip(solution.contacts, impedances, strict=True)),
            "conductor": dict(solution.conductor),
        }


def signs_from(text: str) -> dict[str, Sign]:
    """``"0-,1+"`` as signs by contact. Raises RefusedError(code="contacts-odd")."""
    signs: dict[str, Sign] = {}
    for part in text.replace(" ", "").split(","):
        if len(part) < 2 or part[-1] not in "+-":
            raise RefusedError(_("Contacts are given with their signs, as 0-,1+"), code="contacts-odd")
        signs[part[:-1]] = cast(Sign, part[-1])
    return signs


def _simulate(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        lead = lead_named(case_file.case, arguments.name)
        programme = set_programme(
            case_file.case,
            ProgrammeRequest(
                lead_id=lead.id,
                signs=signs_from(arguments.contacts),
                amplitude_ma=arguments.amplitude,
                width_us=arguments.width,
                frequency_hz=arguments.frequency,
            ),
        )
        case = case_file.case.with_programme(programme)
        parameters = SimulationParameters(arguments.threshold, arguments.fibre)
        simulation = simulate(case, case_file.store, programme.id, parameters)
        case_file.commit(Command("set-programme", lead.name), case, by=arguments.by)
        case_file.commit(Command("simulate", lead.name), case.with_simulation(simulation), by=arguments.by)
        return activation(case_file.case, lead.id)


def _band(arguments: argparse.Namespace, progress: Progress) -> Result:
    """The band of the lead's last simulation, kept with the case."""
    with opened(arguments) as case_file:
        lead = lead_named(case_file.case, arguments.name)
        programme = programme_of(case_file.case, lead.id)
        if programme is None:
            raise RefusedError(_("This lead has no programme yet. Simulate one first."), code="no-simulation")
        band = solve_band(case_file.case, case_file.store, programme.id, progress)
        case_file.commit(Command("solve-band", lead.name), case_file.case.with_band(band), by=arguments.by)
    runs: Result = {name: encode(one) for name, one in zip(("low", "usual", "high"), band.ends, strict=True)}
    return {"threshold_v_per_mm": band.threshold_v_per_mm, **runs, "assumptions": list(band_sentences())}


def activation(case: Case, lead_id: str) -> Result:
    """The figures of the lead's last simulation, as plain values."""
    programme = programme_of(case, lead_id)
    found = [one for one in case.simulations.values() if programme and one.programme_id == programme.id]
    if not found:
        raise RefusedError(_("Nothing was simulated for this lead yet."), code="no-simulation")
    last = found[-1]
    return {
        "simulation": last.id,
        "threshold_v_per_mm": last.threshold_v_per_mm,
        "threshold_source": last.threshold_source,
        "volume_mm3": last.volume_mm3,
        "impedance_ohm": last.impedance_ohm,
        "max_field_v_per_mm": last.max_field_v_per_mm,
        "charge_uc": last.charge_uc,
        "charge_density_uc_cm2": last.charge_density_uc_cm2,
        "shannon_k": last.shannon_k,
        "overlaps_mm3": dict(last.overlaps_mm3),
        "assumptions": dict(last.assumptions),
    }
