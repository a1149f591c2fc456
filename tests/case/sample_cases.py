"""Small cases for the tests: no voxels, every hash as the steps would make it."""

import os
from dataclasses import replace
from pathlib import Path

from planner.case.checks import (
    inputs_of_alignment,
    inputs_of_anatomy,
    inputs_of_simulation,
    inputs_of_solution,
    subject_hash,
)
from planner.case.disk import Disk
from planner.case.model import (
    MNI_SPACE,
    AcPc,
    Alignment,
    Approval,
    ArrayRef,
    Case,
    FieldSolution,
    GridSpec,
    Identity,
    Image,
    Lead,
    Matrix,
    Programme,
    Segmentation,
    Simulation,
    Structure,
)

UNIT: Matrix = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))
GRID = GridSpec((2, 2, 2), UNIT)
SPACE = "image:mr"


class FastDisk(Disk):
    """Without syncing, for tests that are not about durability."""

    def fsync(self, handle: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


class FailingDisk(Disk):
    """The ``n``-th call (1 is the first) of those named raises ``error``; ``short`` writes half of it before."""

    def __init__(self, n: int, calls: tuple[str, ...], error: OSError, *, short: bool = False) -> None:
        self.left = n
        self.calls = calls
        self.error = error
        self.short = short
        self.is_spent = False

    def _maybe_fail(self, call: str) -> None:
        if call not in self.calls:
            return
        self.left -= 1
        if self.left == 0:
            self.is_spent = True
            raise self.error

    def write(self, handle: int, data: memoryview) -> int:
        if self.short and self.left == 1:
            os.write(handle, data[: len(data) // 2])
        self._maybe_fail("write")
        return super().write(handle, data)

    def fsync(self, handle: int) -> None:
        self._maybe_fail("fsync")

    def sync_folder(self, folder: Path) -> None:
        self._maybe_fail("fsync")

    def replace(self, source: Path, target: Path) -> None:
        self._maybe_fail("replace")
        super().replace(source, target)

    def truncate(self, handle: int, length: int) -> None:
        self._maybe_fail("truncate")
        super().truncate(handle, length)

    def create(self, path: Path) -> int:
        self._maybe_fail("create")
        return super().create(path)


def ref(letter: str) -> ArrayRef:
    return ArrayRef(letter * 64, (2, 2, 2), "<f4")


def lead(key: str = "lead-1", depth_mm: float = 0.0) -> Lead:
    return Lead(key, "VPL " + key, "left", "device", (-14.0, -18.0, 1.0), (-35.0, 40.0, 60.0), SPACE, depth_mm=depth_mm)


def image(key: str = "mr", letter: str = "a") -> Image:
    return Image(key, "T1 Ñandú", "MR", GRID, ref(letter), Identity("Núñez^José", "77"), details={"tr_ms": "2000"})


def approval(case: Case, subject: str, by: str = "Dra. Peña") -> Approval:
    return Approval("ok-" + subject, subject, "approved", by, "2026-11-23T10:00:00+00:00", subject_hash(case, subject))


def aligned(case: Case, decision: str = "approved") -> Case:
    """With CT → MR and MR → MNI."""
    for key, source, target in (("ct-mr", "image:ct", SPACE), ("mr-mni", SPACE, MNI_SPACE)):
        made = Alignment(key, source, target, "affine", UNIT, "test", inputs_of_alignment(case, source, target))
        case = case.with_alignment(replace(made, decision=decision))  # type: ignore[arg-type]
    return case


def with_anatomy(case: Case) -> Case:
    made = inputs_of_anatomy(case)
    vpl = Structure("vpl", SPACE, (-14.0, -18.0, 1.0), ref("c"), ref("d"), "atlas", "unverified", made)
    tissue = Segmentation("tissue", SPACE, GRID, ref("e"), {"1": "grey"}, "atlas", made)
    acpc = AcPc((0.0, 2.0, 0.0), (0.0, -24.0, 0.0), ((0.0, 0.0, 40.0),), SPACE, "template", made)
    return case.with_structure(vpl).with_segmentation(tissue).with_acpc(acpc)


def with_stimulation(case: Case, shannon_k: float = 0.5) -> Case:
    conductor = {"grey_s_per_m": "0.23"}
    made = inputs_of_solution(case, "lead-1", conductor)
    case = case.with_programme(Programme("p1", "lead-1", "P1", {"1": -1.0}, 1.0, 2.0, 90.0, 50.0))
    case = case.with_solution(FieldSolution("s1", "lead-1", made, ("1",), ((800.0,),), {"v": ref("f")}, conductor))
    return case.with_simulation(simulation(case, shannon_k))


def simulation(case: Case, shannon_k: float = 0.5) -> Simulation:
    assumptions = {"threshold_v_per_mm": "0.2"}
    return Simulation(
        id="sim1",
        programme_id="p1",
        inputs_hash=inputs_of_simulation(case, "p1", assumptions),
        threshold_v_per_mm=0.2,
        threshold_source="Johansson 2021",
        fibre_diameter_um=3.4,
        volume_mm3=80.0,
        vertices=ref("1"),
        triangles=ref("2"),
        impedance_ohm=800.0,
        charge_uc=0.18,
        charge_density_uc_cm2=3.0,
        shannon_k=shannon_k,
        max_field_v_per_mm=4.0,
        overlaps_mm3={"vpl": 30.0},
        assumptions=assumptions,
    )


def full_case(decision: str = "approved", shannon_k: float = 0.5) -> Case:
    """Everything from identity to a signed plan; nothing stands in the way of its export."""
    case = Case("case-1", "Núñez").with_identity(Identity("Núñez^José", "77")).with_image(image())
    case = with_anatomy(aligned(case.with_image(image("ct", "b")), decision)).with_lead(replace(lead(), is_locked=True))
    case = with_stimulation(case, shannon_k)
    for subject in ("identity:", "side:lead-1"):
        case = case.with_approval(approval(case, subject))
    return case.with_approval(approval(case, "plan:"))
