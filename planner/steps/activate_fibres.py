"""Which fibres a pattern of contacts drives, and from what amplitude. The window, the verb and the report ask here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.axons.activation import Answers, SpikeStart, activate, velocities_m_s
from planner.axons.batch import Setting
from planner.axons.fibres import Fibre
from planner.axons.models import fibre_model
from planner.axons.mrg import MRG
from planner.axons.nodes import Potential
from planner.axons.preparing import Preparation, PreparedFibre, Trouble, prepare
from planner.axons.waveform import Waveform
from planner.case.model import Vector
from planner.i18n import _
from planner.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class FibreQuestion:
    """What is asked of every fibre. ``tolerance`` of the thresholds, as a share; ``wants_velocity``: its conduction
    velocity too."""

    waveform: Waveform
    model_id: str = MRG
    setting: Setting = "production"
    preparation: Preparation = Preparation()  # noqa: RUF009 - frozen
    tolerance: float = 0.01
    wants_velocity: bool = False


@dataclass(frozen=True, slots=True)
class FibreAnswer:
    """``threshold_ma`` infinite: it does not fire. ``place`` RAS mm where the spike starts; ``is_on_added`` when that
    is on the part continued beyond a cut. ``is_network``: not from the compiled engine. ``trouble`` says why a fibre
    was set aside; then nothing else counts."""

    name: str
    diameter_um: float
    nodes: int
    added_nodes: int
    threshold_ma: float
    start: SpikeStart
    node: int
    place: Vector | None
    is_on_added: bool
    latency_ms: float
    trouble: Trouble = ""
    is_network: bool = False
    velocity_m_s: float = float("nan")


def activate_fibres(
    fibres: Sequence[Fibre], potential: Potential, question: FibreQuestion, progress: Progress = SILENT
) -> tuple[FibreAnswer, ...]:
    """In the order given. Raises PlannerError and RefusedError of placing, reading and models; Cancelled."""
    model = fibre_model(question.model_id)
    progress(0.0, _("Reading the field at the nodes"))
    prepared = prepare(fibres, model, potential, question.preparation)
    fields = [one.field for one in prepared if one.field is not None]
    progress(0.1, _("Looking for the thresholds of {count} fibres").format(count=len(fields)))
    found = activate(
        fields,
        model,
        question.waveform,
        progress.part(0.1, 0.9 if question.wants_velocity else 1.0),
        question.setting,
        question.tolerance,
    )
    velocity = np.full(len(fields), np.nan)
    if question.wants_velocity:
        velocity = velocities_m_s(fields, found, model, question.waveform, progress.part(0.9, 1.0))
    answers: list[FibreAnswer] = []
    number = 0
    for one in prepared:
        if one.field is None:
            answers.append(_set_aside(one))
            continue
        is_network = not model.is_fast or bool(one.field.collaterals)
        answer = _answer(one, found, number, is_network)
        answers.append(replace(answer, velocity_m_s=float(velocity[number])))
        number += 1
    return tuple(answers)


def _answer(one: PreparedFibre, found: Answers, number: int, is_network: bool) -> FibreAnswer:
    row = one.row
    assert row is not None
    node = int(found.first_node[number])
    place = one.place_of(node) if node >= 0 else None
    return FibreAnswer(
        name=one.fibre.name,
        diameter_um=one.fibre.diameter_um,
        nodes=int((~row.is_added).sum()),
        added_nodes=int(row.is_added.sum()),
        threshold_ma=float(found.threshold_ma[number]),
        start=found.start[number],
        node=node,
        place=None if place is None else (float(place[0]), float(place[1]), float(place[2])),
        is_on_added=bool(0 <= node < len(row) and row.is_added[node]),
        latency_ms=float(found.latency_ms[number]),
        is_network=is_network,
    )


def _set_aside(one: PreparedFibre) -> FibreAnswer:
    return _without_answer(one.fibre, one.trouble)


def not_asked(fibre: Fibre) -> FibreAnswer:
    """Of a fibre that was left out because its model is slow."""
    return _without_answer(fibre, "fibre-not-asked")


def _without_answer(fibre: Fibre, trouble: Trouble) -> FibreAnswer:
    return FibreAnswer(fibre.name, fibre.diameter_um, 0, 0, np.inf, "", -1, None, False, np.nan, trouble)
