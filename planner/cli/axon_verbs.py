"""Which fibres fire: thresholds and spike sites of described fibres."""

import argparse
import math
from pathlib import Path

from planner.axons.models import fibre_model
from planner.cli.verb import Result, Verb
from planner.i18n import _
from planner.progress import Progress
from planner.steps.activate_fibres import FibreAnswer, activate_fibres
from planner.steps.fibre_description import read_fibre_description


def verbs() -> list[Verb]:
    return [Verb("axons", _("from what current each described fibre fires, and where"), _arguments, _axons)]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, help=_("the description, a JSON file (see the guide)"))


def _axons(arguments: argparse.Namespace, progress: Progress) -> Result:
    description = read_fibre_description(arguments.input)
    question = description.question
    answers = activate_fibres(description.fibres, description.potential, question, progress)
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
        "computed_by": "network" if one.is_network else "engine",
        "trouble": one.trouble or None,
    }
    if amplitude_ma is not None:
        found["fires"] = one.threshold_ma <= amplitude_ma
    return found
