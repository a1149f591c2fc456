"""How far a result depends on the conductivities: the programme's field at both ends of their published spans."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.case.model import Case, FieldSolution, Programme
from planner.case.store import ArrayStore
from planner.field import FieldOptions, UnitSolutions, solve_units
from planner.library.devices import device
from planner.library.tissues import End, capsule_defaults
from planner.progress import SILENT, Progress
from planner.steps.simulate import CLEARANCE_MM, SimulationParameters, fresh_solution, programme_named, threshold_of
from planner.steps.solve_field import FieldParameters, conductor_of, lead_shape, load_solution, pose_of


@dataclass(frozen=True, slots=True)
class BandEnd:
    """One run: every conductivity at this ``end`` of its published span. ``conductor``: its stable words."""

    end: End
    volume_mm3: float
    impedance_ohm: float
    max_field_v_per_mm: float
    conductor: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldBand:
    """Three runs of one programme with one threshold: lowest conductivities, the set's own, highest.

    For a given current the impedance of any mixture within the spans lies between the ends: it falls when any
    conductivity rises (Rayleigh's monotonicity). Of the volume the ends are examples; a mixture can lie outside.
    """

    programme_id: str
    threshold_v_per_mm: float
    low: BandEnd
    usual: BandEnd
    high: BandEnd

    @property
    def ends(self) -> tuple[BandEnd, BandEnd, BandEnd]:
        return (self.low, self.usual, self.high)

    @property
    def volume_mm3(self) -> tuple[float, float]:
        """Smallest and largest of the three."""
        found = [one.volume_mm3 for one in self.ends]
        return min(found), max(found)

    @property
    def impedance_ohm(self) -> tuple[float, float]:
        """Smallest and largest of the three."""
        found = [one.impedance_ohm for one in self.ends]
        return min(found), max(found)


def solve_band(
    case: Case,
    store: ArrayStore,
    programme_id: str,
    parameters: SimulationParameters | None = None,
    progress: Progress = SILENT,
) -> FieldBand:
    """Two solves; the lead's own field is the middle. Nothing is kept with the case.

    Raises PlannerError: "programme-unknown", "no-field", "field-outdated", "threshold-range", "domain".
    """
    programme = programme_named(case, programme_id)
    solution = fresh_solution(case, programme)
    lead = case.leads[programme.lead_id]
    threshold = threshold_of(parameters or SimulationParameters(), programme).v_per_mm
    wanted = _parameters_of(solution)
    ends: dict[End, BandEnd] = {}
    spans: tuple[tuple[End, Progress], ...] = (("low", progress.part(0.0, 0.5)), ("high", progress.part(0.5, 1.0)))
    for end, part in spans:
        conductor, words = conductor_of(case, store, lead, wanted, end)
        units = solve_units(lead_shape(device(lead.device_id)), pose_of(lead), conductor, part, FieldOptions())
        ends[end] = _read(end, units, programme, threshold, words)
    usual = _read("usual", load_solution(solution, store), programme, threshold, solution.conductor)
    return FieldBand(programme_id, threshold, ends["low"], usual, ends["high"])


def _read(end: End, units: UnitSolutions, programme: Programme, threshold: float, words: Mapping[str, str]) -> BandEnd:
    field = units.combine(programme.shares, programme.case_share, programme.amplitude_ma)
    volume = field.activated(threshold).volume_mm3
    return BandEnd(end, volume, field.impedance_ohm, field.strongest_v_mm(CLEARANCE_MM), words)


def _parameters_of(solution: FieldSolution) -> FieldParameters:
    """What the lead's field was asked for: the usual capsule has a span, another one is kept as it is."""
    words = solution.conductor
    usual, s_per_m = capsule_defaults().conductivity.s_per_m, float(words["capsule_s_per_m"])
    is_usual = abs(s_per_m - usual) < 1e-6 * usual
    return FieldParameters(words["tissue_set"], float(words["capsule_mm"]), None if is_usual else s_per_m)
