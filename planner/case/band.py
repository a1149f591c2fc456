"""How far a result depends on the conductivities: a programme at both ends of their published spans."""

from collections.abc import Mapping
from dataclasses import dataclass

Range = tuple[float, float]
"""Smallest and largest."""


@dataclass(frozen=True, slots=True)
class BandEnd:
    """One run: every conductivity at one end of its published span (or the set's own value, in the middle).

    ``overlaps_mm3`` by structure id; ``conductor``: the stable words of that run.
    """

    volume_mm3: float
    impedance_ohm: float
    max_field_v_per_mm: float
    overlaps_mm3: Mapping[str, float]
    conductor: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldBand:
    """Three runs of one programme with the threshold of its simulation: lowest conductivities, the set's own, highest.

    For a given current the impedance of any mixture within the spans lies between the ends: it falls when any
    conductivity rises (Rayleigh's monotonicity). Of the volume the ends are examples; a mixture can lie outside.
    """

    id: str
    programme_id: str
    inputs_hash: str
    threshold_v_per_mm: float
    low: BandEnd
    usual: BandEnd
    high: BandEnd

    @property
    def ends(self) -> tuple[BandEnd, BandEnd, BandEnd]:
        return (self.low, self.usual, self.high)

    @property
    def volume_mm3(self) -> Range:
        return _range(tuple(one.volume_mm3 for one in self.ends))

    @property
    def impedance_ohm(self) -> Range:
        return _range(tuple(one.impedance_ohm for one in self.ends))

    @property
    def max_field_v_per_mm(self) -> Range:
        return _range(tuple(one.max_field_v_per_mm for one in self.ends))

    def most_overlap_mm3(self, structure_id: str) -> float:
        """In the run that reaches most of the structure."""
        return self.overlap_mm3(structure_id)[1]

    def overlap_mm3(self, structure_id: str) -> Range:
        """0 where a run does not reach the structure."""
        return _range(tuple(one.overlaps_mm3.get(structure_id, 0.0) for one in self.ends))


def _range(values: tuple[float, ...]) -> Range:
    return min(values), max(values)
