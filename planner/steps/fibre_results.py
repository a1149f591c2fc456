"""What a group of fibres does under a programme: computed, kept with the case, and read again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.axons.fibres import Fibre
from planner.axons.models import fibre_model
from planner.axons.nodes import Placing, Potential
from planner.axons.preparing import TROUBLES, Preparation
from planner.axons.waveform import Waveform
from planner.case.checks import inputs_of_fibre_result
from planner.case.facts import new_id
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import ArrayRef, Case, Programme
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.steps.activate_fibres import FibreAnswer, FibreQuestion, activate_fibres, not_asked
from planner.steps.field_of_fibres import SolvedPotential, solved_potential
from planner.steps.lay_fibres import fibres_of
from planner.steps.simulate import programme_named

Recharge = Literal["none", "equal"]
"""``none``: the stimulating phase alone, which gives the lowest thresholds; ``equal``: followed at once by its mirror
image, which raises them (1.29 times at 60 µs, 1.04 at 450). Generators lie between the two."""

ALONE: Recharge = "none"
PAIRED: Recharge = "equal"

SILENT_CODE, NODE_CODE, END_CODE, COLLATERAL_CODE = 0, 1, 2, 3
"""``FibreResult.codes``: where the spike starts, 0 where none does; below 0: set aside, -1 - the place in TROUBLES."""
SD_WIDTHS_US = (30.0, 60.0, 90.0, 120.0, 210.0, 300.0, 450.0, 1000.0)
SD_FIBRES = 8
"""The strength-duration curve is of the most easily driven fibre: looked for among so many, at every pulse width."""
CLOSENESS = 0.01
METHOD = "cable 1"


@dataclass(frozen=True, slots=True)
class FibreParameters:
    """What is not in group and programme."""

    recharge: Recharge = ALONE


def waveform_of(width_us: float, recharge: Recharge) -> Waveform:
    """One pulse. Raises PlannerError(code="pulse-width")."""
    return Waveform.monophasic(width_us) if recharge == ALONE else Waveform.biphasic(width_us)


def question_of(group: FibreGroup, width_us: float, recharge: Recharge) -> FibreQuestion:
    """Cut ends go on straight, and tapered where they leave the field; troubled fibres are set aside."""
    how = Preparation(Placing(ends="straight"), sets_aside=True)
    return FibreQuestion(waveform_of(width_us, recharge), group.model_id, preparation=how, tolerance=CLOSENESS)


def compute_fibres(
    case: Case,
    store: ArrayStore,
    group_id: str,
    programme_id: str,
    parameters: FibreParameters | None = None,
    progress: Progress = SILENT,
) -> FibreResult:
    """Raises PlannerError: "fibres-unknown", "programme-unknown", "no-field", "field-outdated", "fibre-diameter"."""
    wanted = parameters or FibreParameters()
    programme = programme_named(case, programme_id)
    group = group_named(case, group_id)
    potential = solved_potential(case, store, programme)
    fibres = fibres_of(group, store)
    question = question_of(group, programme.width_us, wanted.recharge)
    answers = _answers(fibres, potential, question, progress.part(0.0, 0.8))
    curve = strength_duration(fibres, answers, potential, group, wanted.recharge, progress.part(0.8, 1.0))
    words = _words(group, programme, wanted, answers)
    return FibreResult(
        id=new_id("fibre-result"),
        group_id=group_id,
        programme_id=programme_id,
        inputs_hash=inputs_of_fibre_result(case, group_id, programme_id, words),
        thresholds_ma=store.put(np.array([one.threshold_ma for one in answers], dtype=np.float32)),
        codes=store.put(np.array([_code(one) for one in answers], dtype=np.int8)),
        places=store.put(np.array([one.place or (np.nan,) * 3 for one in answers], dtype=np.float32).reshape(-1, 3)),
        latencies_ms=store.put(np.array([one.latency_ms for one in answers], dtype=np.float32)),
        assumptions=words,
        strongest_v_mm_ma=store.put(_strongest(group, store, potential)),
        strength_duration=curve,
    )


MOST_SLOW = 12
"""Fibres asked of a model that is not compiled: some seconds to tens of seconds each."""


def _answers(
    fibres: tuple[Fibre, ...], potential: Potential, question: FibreQuestion, progress: Progress
) -> tuple[FibreAnswer, ...]:
    """Of all fibres; of a slow model those spread evenly over the group, the others are told as not asked."""
    if fibre_model(question.model_id).is_fast or len(fibres) <= MOST_SLOW:
        return activate_fibres(fibres, potential, question, progress)
    chosen = np.unique(np.linspace(0, len(fibres) - 1, MOST_SLOW).round().astype(int))
    asked = dict(
        zip(
            chosen.tolist(),
            activate_fibres([fibres[n] for n in chosen], potential, question, progress),
            strict=True,
        )
    )
    return tuple(asked.get(n) or not_asked(one) for n, one in enumerate(fibres))


def _strongest(group: FibreGroup, store: ArrayStore, potential: SolvedPotential) -> NDArray[np.float32]:
    """(fibres,) the largest |E| on each fibre, V/mm per mA."""
    points, starts = np.asarray(store.get(group.points), dtype=float), np.asarray(store.get(group.starts))
    return potential.strongest_v_mm(points, starts).astype(np.float32)


def group_named(case: Case, group_id: str) -> FibreGroup:
    """Raises PlannerError(code="fibres-unknown")."""
    if group_id not in case.fibre_groups:
        text = _("There is no such group of fibres in this case. Choose one from the list.")
        raise PlannerError(text, code="fibres-unknown")
    return case.fibre_groups[group_id]


def strength_duration(
    fibres: tuple[Fibre, ...],
    answers: tuple[FibreAnswer, ...],
    potential: Potential,
    group: FibreGroup,
    recharge: Recharge,
    progress: Progress,
) -> Mapping[str, float]:
    """Smallest current in mA by pulse width in µs (as text) among the fibres most easily driven; empty without any."""
    order = np.argsort([one.threshold_ma for one in answers], kind="stable")
    best = [fibres[n] for n in order[:SD_FIBRES] if np.isfinite(answers[n].threshold_ma)]
    found: dict[str, float] = {}
    if not best or not fibre_model(group.model_id).is_fast:
        return found
    for number, width_us in enumerate(SD_WIDTHS_US):
        part = progress.part(number / len(SD_WIDTHS_US), (number + 1) / len(SD_WIDTHS_US))
        them = activate_fibres(best, potential, question_of(group, width_us, recharge), part)
        least = min(one.threshold_ma for one in them)
        if np.isfinite(least):
            found[f"{width_us:g}"] = float(least)
    return found


def recharge_of(result: FibreResult) -> Recharge:
    """With which a result was computed."""
    return PAIRED if result.assumptions["recharge"] == PAIRED else ALONE


@dataclass(frozen=True, slots=True)
class StrengthDuration:
    """Weiss's straight line of charge against pulse width through the computed points: I = rheobase (1 + chronaxie /
    width)."""

    rheobase_ma: float
    chronaxie_us: float


def weiss(curve: Mapping[str, float]) -> StrengthDuration | None:
    """None with fewer than three widths. Weighted by 1 / charge, so that short pulses count as much as long ones."""
    if len(curve) < 3:
        return None
    width = np.array([float(key) for key in curve])
    charge = np.array(list(curve.values())) * width
    slope, offset = np.polyfit(width, charge, 1, w=1.0 / charge)
    return StrengthDuration(float(slope), float(offset / slope))


@dataclass(frozen=True, slots=True, eq=False)
class FibreFigures:
    """A result read back: (fibres,) each, ``places`` (fibres, 3)."""

    thresholds_ma: FloatArray
    codes: NDArray[np.int8]
    places: FloatArray
    latencies_ms: FloatArray
    strongest_v_mm_ma: FloatArray

    @classmethod
    def of(cls, result: FibreResult, store: ArrayStore) -> "FibreFigures":
        """Raises RefusedError (ArrayStore.get)."""
        return cls(
            np.asarray(store.get(result.thresholds_ma), dtype=float),
            np.asarray(store.get(result.codes)),
            np.asarray(store.get(result.places), dtype=float),
            np.asarray(store.get(result.latencies_ms), dtype=float),
            _optional(result.strongest_v_mm_ma, store, result.thresholds_ma.shape[0]),
        )

    @property
    def asked(self) -> NDArray[np.bool_]:
        """(fibres,) not set aside."""
        return np.asarray(self.codes >= 0)

    def fires(self, amplitude_ma: float) -> NDArray[np.bool_]:
        return np.asarray(self.thresholds_ma <= amplitude_ma)

    def share_firing(self, amplitude_ma: float) -> float:
        """Of the fibres that were asked."""
        count = int(self.asked.sum())
        return float(self.fires(amplitude_ma).sum() / count) if count else 0.0

    def recruitment(self, most_ma: float) -> tuple[FloatArray, FloatArray]:
        """Currents (steps) and the share of the asked fibres that fire there, from 0 to ``most_ma``."""
        asked = np.sort(self.thresholds_ma[self.asked])
        reached = asked[asked <= most_ma]
        count = max(len(asked), 1)
        currents = np.concatenate([[0.0], np.repeat(reached, 2), [most_ma]])
        shares = np.concatenate([[0.0], np.repeat(np.arange(len(reached) + 1), 2)[1:] / count])
        return currents, shares[: len(currents)]

    def touched(self, amplitude_ma: float, v_per_mm: float) -> NDArray[np.bool_]:
        """(fibres,) asked, and somewhere at or above a threshold of |E|: what an activated volume counts."""
        return np.asarray(self.asked & (self.strongest_v_mm_ma * amplitude_ma >= v_per_mm))

    @property
    def set_aside(self) -> dict[str, int]:
        """How many were set aside, by trouble."""
        found: dict[str, int] = {}
        for number, word in enumerate(TROUBLES):
            count = int((self.codes == -1 - number).sum())
            if count:
                found[word] = count
        return found


def _optional(ref: ArrayRef | None, store: ArrayStore, count: int) -> FloatArray:
    return np.full(count, np.nan) if ref is None else np.asarray(store.get(ref), dtype=float)


def _code(one: FibreAnswer) -> int:
    if one.trouble:
        return -1 - TROUBLES.index(one.trouble)
    return {"": SILENT_CODE, "node": NODE_CODE, "end": END_CODE, "collateral": COLLATERAL_CODE}[one.start]


def _words(
    group: FibreGroup, programme: Programme, wanted: FibreParameters, answers: tuple[FibreAnswer, ...]
) -> Mapping[str, str]:
    """What the result rests on, as stable words."""
    model = fibre_model(group.model_id)
    tapered = sum(one.added_nodes > 0 for one in answers)
    return {
        "model": model.id,
        "model_status": model.status,
        "diameter_um": f"{group.diameter_um:g}",
        "temperature_c": f"{model.temperature_c:g}",
        "width_us": f"{programme.width_us:g}",
        "recharge": wanted.recharge,
        "cut_ends_continued": str(tapered),
        "closeness": f"{CLOSENESS:g}",
        "method": METHOD,
    }


def with_group(case: Case, group: FibreGroup, result: FibreResult | None) -> Case:
    """``case`` with the group and what it does."""
    case = case.with_fibre_group(group)
    return case if result is None else case.with_fibre_result(replace(result, group_id=group.id))
