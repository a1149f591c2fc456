"""Groups of fibres, and from what current they fire under a programme's pattern."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.case.plain import ArrayRef

FibreOrigin = Literal["atlas-capsule", "file", "dorsal-column", "dorsal-root"]


@dataclass(frozen=True, slots=True)
class FibreGroup:
    """Lines that are one thing to a surgeon, in planning space, of one diameter and one model.

    ``points`` (N, 3) float32 RAS mm; ``starts`` (fibres + 1,) int64: fibre k is ``points[starts[k]:starts[k + 1]]``.
    ``inputs_hash`` is of what the lines were made from (empty: read from a file); ``lead_id`` the lead they were made
    around, or empty. ``source`` and ``status`` say where the lines come from and how far to trust them; ``details``
    are stable words on how they were made.
    """

    id: str
    name: str
    origin: FibreOrigin
    space: str
    diameter_um: float
    model_id: str
    points: ArrayRef
    starts: ArrayRef
    source: str
    status: str
    inputs_hash: str = ""
    lead_id: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return max(self.starts.shape[0] - 1, 0)


@dataclass(frozen=True, slots=True)
class FibreResult:
    """Thresholds of a group's fibres for the pattern and pulse of a programme; its amplitude is only compared with
    them.

    (fibres,) each: ``thresholds_ma`` float32, infinite where nothing fires; ``codes`` int8, see
    :mod:`planner.steps.fibre_results`; ``places`` (fibres, 3) float32 where the spike starts, NaN without one;
    ``latencies_ms`` float32; ``strongest_v_mm_ma`` float32 the largest |E| on the fibre, V/mm per mA. ``assumptions``
    are stable words on what the result rests on. ``strength_duration`` maps a pulse width in µs (as text) to the
    current at which the most easily driven fibre fires.
    """

    id: str
    group_id: str
    programme_id: str
    inputs_hash: str
    thresholds_ma: ArrayRef
    codes: ArrayRef
    places: ArrayRef
    latencies_ms: ArrayRef
    assumptions: Mapping[str, str]
    strongest_v_mm_ma: ArrayRef | None = None
    strength_duration: Mapping[str, float] = field(default_factory=dict)
