"""Which fibres fire: thresholds and spike sites of described fibres."""

import argparse
import math
from pathlib import Path
from typing import cast

from planner.axons.models import fibre_model, models
from planner.axons.mrg import MRG
from planner.axons.reading import Frame
from planner.case.commands import Command
from planner.cli.lead_verbs import lead_named
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _
from planner.library.fibre_words import group_name
from planner.progress import Progress
from planner.report.findings import FibreFinding
from planner.steps.activate_fibres import FibreAnswer, activate_fibres
from planner.steps.fibre_description import read_fibre_description
from planner.steps.fibre_results import FibreParameters, Recharge, compute_fibres
from planner.steps.lay_fibres import CAPSULE_DIAMETER_UM, FibreFile, lay_capsule, read_fibres, with_model
from planner.steps.report_fibres import fibre_findings
from planner.steps.set_programme import programme_of


def verbs() -> list[Verb]:
    return [
        Verb("axons", _("from what current each described fibre fires, and where"), _arguments, _axons),
        Verb(
            "lay-fibres", _("lay the internal capsule beside a lead, or read fibres from a file"), _lay_arguments, _lay
        ),
        Verb("activate-fibres", _("which fibres of a case fire under a lead's programme"), _case_arguments, _activate),
    ]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, help=_("the description, a JSON file (see the guide)"))


def _axons(arguments: argparse.Namespace, progress: Progress) -> Result:
    description = read_fibre_description(arguments.input, progress.part(0.0, 0.5))
    question = description.question
    answers = activate_fibres(description.fibres, description.potential, question, progress.part(0.5, 1.0))
    model = fibre_model(question.model_id)
    return {
        "model": {
            "id": model.id,
            "source": model.source,
            "status": model.status,
            "holds_for_um": [model.low_um, model.high_um],
            "temperature_c": model.temperature_c,
        },
        "setting": question.setting,
        "waveform": {
            "edges_us": list(question.waveform.edges_us),
            "levels": list(question.waveform.levels),
        },
        "ends": question.preparation.placing.ends,
        "fibres": [_answer(one, description.amplitude_ma) for one in answers],
    }


def _answer(one: FibreAnswer, amplitude_ma: float | None) -> Result:
    """``threshold_ma`` null: the fibre does not fire, whatever the current (or was set aside: see ``trouble``)."""
    fires = math.isfinite(one.threshold_ma)
    found: Result = {
        "name": one.name,
        "diameter_um": one.diameter_um,
        "nodes": one.nodes,
        "added_nodes": one.added_nodes,
        "threshold_ma": one.threshold_ma if fires else None,
        "spike_start": one.start or None,
        "spike_node": one.node if fires else None,
        "spike_at_mm": list(one.place) if one.place else None,
        "spike_on_added_part": one.is_on_added,
        "latency_ms": one.latency_ms if math.isfinite(one.latency_ms) else None,
        "velocity_m_s": one.velocity_m_s if math.isfinite(one.velocity_m_s) else None,
        "computed_by": "network" if one.is_network else "engine",
        "trouble": one.trouble or None,
    }
    if amplitude_ma is not None:
        found["fires"] = one.threshold_ma <= amplitude_ma
    return found


def _lay_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    parser.add_argument("--file", type=Path, help=_("TRK, TCK, VTK or VTP, in the planning image's millimetres"))
    parser.add_argument("--group", default="", help=_("what to call the fibres of a file"))
    _model_arguments(parser)
    parser.add_argument("--frame", choices=("ras", "lps"), default="ras", help=_("of a VTK file"))
    add_by(parser)


def _model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", choices=[one.id for one in models()], default=MRG, help=_("fibre model"))
    parser.add_argument("--diameter", type=float, default=CAPSULE_DIAMETER_UM, help=_("outer diameter, µm"))


def _case_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    parser.add_argument("--recharge", choices=("none", "equal"), default="none", help=_("what follows the pulse"))
    add_by(parser)


def _lay(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        case, store = case_file.case, case_file.store
        lead = lead_named(case, arguments.name)
        if arguments.file is None:
            group = lay_capsule(case, store, lead.id, progress)
            group = with_model(group, arguments.model, arguments.diameter)
        else:
            wanted = FibreFile(
                arguments.file, arguments.group, arguments.diameter, arguments.model, cast(Frame, arguments.frame)
            )
            group = read_fibres(case, store, wanted, progress)
        case_file.commit(Command("add-fibres", group.name), case.with_fibre_group(group), by=arguments.by)
        return {
            "group": group.id,
            "name": group_name(group.name),
            "fibres": group.count,
            "model": group.model_id,
            "diameter_um": group.diameter_um,
            "source": group.source,
            "status": group.status,
        }


def _activate(arguments: argparse.Namespace, progress: Progress) -> Result:
    """Every group of the case, under the programme of the lead."""
    with opened(arguments) as case_file:
        lead = lead_named(case_file.case, arguments.name)
        programme = programme_of(case_file.case, lead.id)
        if programme is None:
            raise RefusedError(_("This lead has no programme yet. Simulate one first."), code="no-simulation")
        groups = list(case_file.case.fibre_groups.values())
        if not groups:
            raise RefusedError(_("This case has no fibres yet. Lay some first."), code="no-fibres")
        for number, group in enumerate(groups):
            part = progress.part(number / len(groups), (number + 1) / len(groups))
            parameters = FibreParameters(cast(Recharge, arguments.recharge))
            result = compute_fibres(case_file.case, case_file.store, group.id, programme.id, parameters, part)
            command = Command("activate-fibres", group.name)
            case_file.commit(command, case_file.case.with_fibre_result(result), by=arguments.by)
        found, _left_out = fibre_findings(case_file.case, case_file.store)
        return {"amplitude_ma": programme.amplitude_ma, "groups": [_finding(one) for one in found]}


def _finding(one: FibreFinding) -> Result:
    return {
        "group": one.group,
        "model": one.model,
        "diameter_um": one.diameter_um,
        "fibres": one.asked,
        "firing": one.firing,
        "first_fires_at_ma": _finite(one.first_ma),
        "half_fire_at_ma": _finite(one.half_ma),
        "spikes_from_ends": one.at_end,
        "set_aside": dict(one.set_aside),
        "rheobase_ma": one.rheobase_ma,
        "chronaxie_us": one.chronaxie_us,
        "rests_on": [one.lines, *one.sentences],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
