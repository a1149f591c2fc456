"""The description that ``planner axons`` takes: a field, fibres, a model and a waveform, as JSON.

Its format is explained in the user guide (``axons``). Everything odd is refused, naming the path of the key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from planner.axons.batch import Setting
from planner.axons.fibres import Fibre, FibreEnd
from planner.axons.models import fibre_model, models
from planner.axons.mrg import MRG
from planner.axons.nodes import EndTreatment, Placing, Potential
from planner.axons.preparing import Preparation
from planner.axons.reading import Frame, read_fibre_lines
from planner.axons.sources import PointSources
from planner.axons.waveform import Waveform
from planner.case.file import CaseFile
from planner.errors import PlannerError, RefusedError
from planner.field import FieldMap
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.steps.activate_fibres import FibreQuestion
from planner.steps.described.case import case_of
from planner.steps.described.keys import Keys, read_json, refused
from planner.steps.described.solving import solve_case
from planner.steps.field_of_fibres import SolvedPotential, solved_potential
from planner.steps.set_programme import programme_of

MOST_FIBRES = 20_000
SPACE = "described"
ENDS: tuple[FibreEnd, ...] = ("cut", "terminal")
TREATMENTS: tuple[EndTreatment, ...] = ("as-is", "straight", "tapered")
TOLERANCE_PERCENT = (0.01, 20.0)
MOST_PULSES = 2000
LONGEST_TRAIN_MS = 500.0
MOST_STRAIGHT_NODES = 2001


@dataclass(frozen=True, slots=True, eq=False)
class FibreDescription:
    """What is asked, ready to be computed. ``amplitude_ma`` None: only thresholds are wanted."""

    fibres: tuple[Fibre, ...]
    potential: Potential
    question: FibreQuestion
    amplitude_ma: float | None


def read_fibre_description(path: Path, progress: Progress = SILENT) -> FibreDescription:
    """A described field is solved here. Raises RefusedError naming the path of the key, and the errors of cases, fibre
    files and models."""
    keys = read_json(path)
    model_id = keys.choice("model", [one.id for one in models()], MRG)
    potential, space = _potential(keys, path.parent, progress)
    placing = _placing(keys.inner("nodes", is_optional=True))
    setting = cast(Setting, keys.choice("setting", ("production", "parity"), "production"))
    preparation = Preparation(
        placing=placing,
        reads_internodes=keys.flag("reads_internodes", setting == "parity"),
        sets_aside=keys.flag("sets_aside", False),
    )
    low, high = TOLERANCE_PERCENT
    tolerance = keys.number("tolerance_percent", 1.0, above=0.0)
    if not low <= tolerance <= high:
        raise refused(keys.path("tolerance_percent"), _("{low} to {high} % is expected.").format(low=low, high=high))
    waveform = _waveform(keys.inner("waveform"))
    wants_velocity = keys.flag("velocity", False)
    fibres = tuple(_fibres(keys, model_id, space, path.parent))
    amplitude = keys.number("amplitude_ma", above=0.0) if keys.has("amplitude_ma") else None
    keys.finish()
    question = FibreQuestion(waveform, model_id, setting, preparation, tolerance / 100.0, wants_velocity)
    return FibreDescription(fibres, potential, question, amplitude)


def _potential(keys: Keys, folder: Path, progress: Progress) -> tuple[Potential, str]:
    """The field and the space its places are in."""
    kind = keys.one_of("medium", "case", "field")
    if kind == "case":
        return _of_case(keys.inner("case"), folder)
    if kind == "field":
        return _of_description(keys.inner("field"), folder, progress)
    medium = keys.inner("medium")
    s_per_m = _conductivity(medium)
    medium.finish()
    places, shares = [], []
    for source in keys.many("sources"):
        places.append(source.array("at_mm", (3,)))
        shares.append(source.number("share", -1.0))
        source.finish()
    if not places or not any(shares):
        raise refused(keys.path("sources"), _("at least one source with a current is expected."))
    try:
        return PointSources.of(np.array(places), shares, s_per_m), SPACE
    except RefusedError as error:
        raise refused(medium.path("s_per_m"), error.text) from error


def _conductivity(medium: Keys) -> FloatArray:
    value = medium.value("s_per_m")
    if not isinstance(value, list):
        return np.array(medium.number("s_per_m", above=0.0))
    is_matrix = any(isinstance(row, list) for row in value)
    return medium.array("s_per_m", (3, 3) if is_matrix else (3,))


def _of_case(keys: Keys, folder: Path) -> tuple[Potential, str]:
    """The solved field of a lead of a case, with the signs of its programme."""
    path = _beside(folder, keys.text("path"))
    name = keys.text("lead")
    where = keys.path("lead")
    keys.finish()
    try:
        opened = CaseFile.open(path, read_only=True)
    except PlannerError as error:
        raise refused(f"{where.removesuffix('lead')}path", error.text) from error
    with opened as case_file:
        case = case_file.case
        lead = next((one for one in case.leads.values() if name in (one.id, one.name)), None)
        if lead is None:
            known = ", ".join(one.name for one in case.leads.values())
            raise refused(where, _("the case has no such lead. It has: {known}.").format(known=known or "–"))
        programme = programme_of(case, lead.id)
        if programme is None:
            raise refused(where, _("this lead has no programme yet. Set one first."))
        return solved_potential(case, case_file.store, programme), lead.space


def _of_description(keys: Keys, folder: Path, progress: Progress) -> tuple[Potential, str]:
    """The field of a description that ``planner field`` takes, of one straight lead, with one of its programmes."""
    path = _beside(folder, keys.text("path"))
    wanted = keys.text("programme", "")
    case = case_of(read_json(path), path.parent, SILENT)
    programmes = [one for one in case.programmes if wanted in ("", one.name)]
    if not programmes:
        known = ", ".join(one.name for one in case.programmes)
        raise refused(keys.path("programme"), _("one of {names} is expected.").format(names=known or "–"))
    keys.finish()
    solution, _how = solve_case(case, progress)
    field = solution.driven(programmes[0].drive)
    if not isinstance(field, FieldMap):
        text = _("fibres are read in the field of one straight round lead; this description is solved on another grid.")
        raise refused(keys.path("path"), text)
    currents = field.currents_ma
    amplitude = float(max(currents[currents > 0].sum(), -currents[currents < 0].sum()))
    if amplitude == 0.0:
        raise refused(keys.path("programme"), _("this programme delivers no current."))
    return SolvedPotential(field, amplitude), field.pose.space


def _beside(folder: Path, text: str) -> Path:
    """A path in the description is counted from where the description is."""
    return (folder / text).resolve() if text else folder


def _placing(keys: Keys) -> Placing:
    beside = keys.array("abreast_of_mm", (3,)) if keys.has("abreast_of_mm") else None
    placing = Placing(
        abreast_of=None if beside is None else (float(beside[0]), float(beside[1]), float(beside[2])),
        is_mid_internode=keys.flag("mid_internode", False),
        phase=keys.number("phase", 0.0),
        ends=cast(EndTreatment, keys.choice("ends", TREATMENTS, "straight")),
    )
    keys.finish()
    return placing


def _waveform(keys: Keys) -> Waveform:
    kind = keys.choice("kind", ("monophasic", "biphasic"), "biphasic")
    width = keys.number("width_us")
    try:
        if kind == "monophasic":
            wave = Waveform.monophasic(width)
        else:
            wave = Waveform.biphasic(width, keys.number("gap_us", 0.0), keys.number("recharge_us", width))
        wave = _repeated(wave, keys)
    except RefusedError:
        raise
    except PlannerError as error:
        raise refused(keys.where, error.text) from error
    if wave.duration_us > 1000.0 * LONGEST_TRAIN_MS:
        raise refused(keys.where, _("the train lasts longer than {most} ms.").format(most=LONGEST_TRAIN_MS))
    keys.finish()
    return wave


def _repeated(wave: Waveform, keys: Keys) -> Waveform:
    if keys.flag("burst", False):
        return wave.burst(_count(keys, "bursts"))
    if keys.has("rate_hz"):
        return wave.repeated(keys.number("rate_hz", above=0.0), _count(keys, "pulses"))
    return wave


def _count(keys: Keys, key: str) -> int:
    value = keys.number(key, 1.0)
    if value != int(value) or not 1 <= value <= MOST_PULSES:
        raise refused(keys.path(key), _("a whole number from 1 to {most} is expected.").format(most=MOST_PULSES))
    return int(value)


def _fibres(keys: Keys, model_id: str, space: str, folder: Path) -> Iterator[Fibre]:
    count = 0
    for one in keys.many("fibres"):
        try:
            for fibre in _some(one, model_id, space, folder):
                count += 1
                if count > MOST_FIBRES:
                    text = _("more than {most} fibres. Ask in parts.").format(most=MOST_FIBRES)
                    raise refused(keys.path("fibres"), text)
                yield fibre
        except RefusedError as error:
            if error.code == "field-input":
                raise
            raise refused(one.where, error.text) from error
        except PlannerError as error:
            raise refused(one.where, error.text) from error
    if not count:
        raise refused(keys.path("fibres"), _("at least one fibre is expected."))


def _some(keys: Keys, model_id: str, space: str, folder: Path) -> list[Fibre]:
    """One entry: a line, a straight fibre of so many nodes, or a file of lines."""
    kind = keys.one_of("points_mm", "straight", "file")
    diameter_um = fibre_model(model_id).checked(keys.number("diameter_um"))
    name = keys.text("name", "")
    if kind == "file":
        frame = cast(Frame, keys.choice("frame", ("ras", "lps"), "ras"))
        lines = read_fibre_lines(_beside(folder, keys.text("file")), frame=frame).lines
        keys.finish()
        return [
            Fibre.of(line, space, diameter_um, kind="read", name=f"{name} {n + 1}".strip())
            for n, line in enumerate(lines)
        ]
    ends = _ends(keys)
    if kind == "straight":
        points = _straight(keys.inner("straight"), fibre_model(model_id).internode_mm(diameter_um))
    else:
        points = keys.array("points_mm", (None, 3))
    fibre = Fibre.of(
        points, space, diameter_um, name=name, ends=ends, kind="straight" if kind == "straight" else "curved"
    )
    for branch in keys.many("branches", is_optional=True):
        fibre = _with_branch(fibre, branch, space)
    keys.finish()
    return [fibre]


def _ends(keys: Keys) -> tuple[FibreEnd, FibreEnd]:
    if not keys.has("ends"):
        keys.text("ends", "")
        return ("cut", "cut")
    value = keys.value("ends")
    if not isinstance(value, list) or len(value) != 2 or any(word not in ENDS for word in value):
        raise refused(
            keys.path("ends"), _("two words are expected, each one of {names}.").format(names=", ".join(ENDS))
        )
    return (value[0], value[1])


def _straight(keys: Keys, internode_mm: float) -> FloatArray:
    """(2, 3) the ends of a straight fibre of so many nodes about its middle."""
    middle, direction = keys.array("middle_mm", (3,)), keys.array("direction", (3,))
    value = keys.number("nodes")
    if value != int(value) or not 3 <= value <= MOST_STRAIGHT_NODES:
        text = _("a whole number from 3 to {most} is expected.").format(most=MOST_STRAIGHT_NODES)
        raise refused(keys.path("nodes"), text)
    length = float(np.linalg.norm(direction))
    if length == 0.0:
        raise refused(keys.path("direction"), _("a direction is not all zeros."))
    keys.finish()
    half = direction / length * internode_mm * (value - 1.0) / 2.0
    return np.array([middle - half, middle + half])


def _with_branch(fibre: Fibre, keys: Keys, space: str) -> Fibre:
    branch = Fibre.of(
        keys.array("points_mm", (None, 3)),
        space,
        keys.number("diameter_um"),
        kind="collateral",
        name=keys.text("name", ""),
    )
    made = fibre.with_branch(keys.number("at_mm"), branch)
    keys.finish()
    return made
