"""The reference lead and its cases, as the solver takes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.field import (
    Capsule,
    Conductor,
    ContactShape,
    Domain,
    FieldMap,
    FieldOptions,
    LeadShape,
    Pose,
    Resolution,
    UnitSolutions,
    solve_units,
)
from planner.geometry import Points
from planner.progress import SILENT

COARSE = Resolution(
    edge_mm=0.1, along_largest_mm=0.3, along_growth=1.4, away_growth=1.25, tip_largest_mm=0.12, angles=16
)
"""For what does not depend on accuracy."""


@pytest.fixture(scope="session")
def lead_3389() -> LeadShape:
    """Four rings of 1.5 mm, 0.5 mm apart, 1.5 mm above the tip."""
    return LeadShape(1.27, tuple(ContactShape(f"C{k + 1}", 1.5 + 2 * k, 3.0 + 2 * k) for k in range(4)))


@pytest.fixture(scope="session")
def directional_lead() -> LeadShape:
    """Ring, two rows of three segments, ring."""
    rows = [
        ContactShape(f"{row}{name}", 2 * row + 1, 2 * row + 2.5, angle, 90.0)
        for row in (1, 2)
        for name, angle in (("a", 0.0), ("b", 120.0), ("c", 240.0))
    ]
    return LeadShape(1.36, (ContactShape("0", 1.0, 2.5), *rows, ContactShape("3", 7.0, 8.5)))


@pytest.fixture(scope="session")
def coarse_units(lead_3389: LeadShape) -> UnitSolutions:
    """Homogeneous 0.2 S/m, floating contacts, an oblique pose; quick and coarse."""
    pose = Pose.of((10.0, -5.0, 3.0), (0.6, 0.0, 0.8), (0.8, 0.0, -0.6), "world")
    return solve_units(lead_3389, pose, Conductor.uniform(0.2), SILENT, FieldOptions(resolution=COARSE))


@dataclass(frozen=True)
class ReferenceCase:
    """One case of the reference file, and our field of it at 1 mA."""

    id: str
    stated: dict[str, Any]
    units: UnitSolutions
    shares: dict[str, float]
    case_share: float

    def field(self, amplitude_ma: float = 1.0) -> FieldMap:
        return self.units.combine(self.shares, self.case_share, amplitude_ma)

    def points(self) -> Points:
        if "points" in self.stated:
            return Points.of([one["p"] for one in self.stated["points"]], "lead")
        return Points.of([(one["r"], 0.0, one["z"]) for one in self.stated["points_rz"]], "lead")

    def magnitudes(self) -> np.ndarray:
        if "points" in self.stated:
            return np.array([one["Emag"] for one in self.stated["points"]])
        return np.array([one["E"] for one in self.stated["points_rz"]])


SETUPS: dict[str, tuple[tuple[str, ...] | None, float, bool, dict[str, float], float]] = {
    "a_cyl": (("C1",), 0.0, True, {"C1": -1.0}, 1.0),
    "af_cyl_C1": (None, 0.0, True, {"C1": -1.0}, 1.0),
    "f_cyl_C2": (None, 0.0, True, {"C2": -1.0}, 1.0),
    "f_cyl_C4": (None, 0.0, True, {"C4": -1.0}, 1.0),
    "b_cyl_0.2": (("C1",), 0.2, True, {"C1": -1.0}, 1.0),
    "c_cyl": (("C1", "C2"), 0.0, False, {"C1": -1.0, "C2": 1.0}, 0.0),
    "a_box": (("C1",), 0.0, True, {"C1": -1.0}, 1.0),
}
"""By case: conducting contacts, encapsulation mm (0.1 S/m), grounded, shares, the case's share."""


@pytest.fixture(scope="session")
def reference(shared_reference: Path) -> dict[str, Any]:
    return json.loads((shared_reference / "field_reference.json").read_text())


@pytest.fixture(scope="session")
def solved_case(reference: dict[str, Any], lead_3389: LeadShape) -> Callable[[str], ReferenceCase]:
    """A reference case by its id, solved once a session at the resolution that patients get."""
    solved: dict[str, ReferenceCase] = {}

    def case(case_id: str) -> ReferenceCase:
        if case_id not in solved:
            conductors, capsule_mm, is_grounded, shares, case_share = SETUPS[case_id]
            options = FieldOptions(conductors, is_grounded, Domain(40.0, 45.0))
            conductor = Conductor.uniform(0.2, Capsule(capsule_mm, 0.1))
            units = solve_units(lead_3389, Pose.upright(), conductor, SILENT, options)
            stated = next(one for one in reference["cases"] if one["id"] == case_id)
            solved[case_id] = ReferenceCase(case_id, stated, units, shares, case_share)
        return solved[case_id]

    return case
