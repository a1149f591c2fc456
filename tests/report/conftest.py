"""A whole plan made of plain facts, with the longest names a clinic may come up with."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as PngImage

from planner.case.inputs import subject_hash
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
    Programme,
    Simulation,
)
from planner.report.findings import ClearanceFinding, Findings, LeadFindings, Limit, Picture, Position

IDENTITY_MATRIX = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))
ASSUMPTIONS = {
    "threshold": "general",
    "threshold_v_per_mm": "0.2",
    "threshold_width_us": "",
    "threshold_source": "Johansson 2021",
    "threshold_status": "read",
    "fibre_um": "3.4",
    "polarity": "multipolar",
    "strongest_from_mm": "0.35",
    "leads_nearby": "",
    "nearby_mm": "15",
}
CONDUCTOR = {
    "tissue_set": "homogeneous",
    "s_per_m": "",
    "outside_s_per_m": "0.2",
    "capsule_mm": "0.2",
    "capsule_s_per_m": "0.1",
    "inactive": "floating",
    "ground_mm": "80",
}
NOWHERE = ArrayRef("0" * 64, (1,), "<f8")
LONG_NAME = "MUÑOZ-ECHEVERRÍA DE LA TORRE Y GUTIÉRREZ, María del Carmen Inmaculada Concepción Ángeles"


@pytest.fixture
def plain_case() -> Case:
    """One right lead with a bipolar programme, simulated; side read back."""
    image = Image(
        "a", "T1 MPRAGE sag", "MR", GridSpec((2, 2, 2), IDENTITY_MATRIX), NOWHERE, Identity(), study_date="20260312"
    )
    lead = Lead(
        "l1", "VPL right", "right", "medtronic_3387", (14.0, -9.5, 0.2), (34.0, 30.0, 62.0), "image:a", "VPL", 1.5
    )
    programme = Programme("p1", "l1", "A", {"1": -1.0, "2": 1.0}, 0.0, 3.0, 60.0, 50.0)
    simulation = Simulation(
        "s1", "p1", "h", 0.2, "Johansson 2021", 3.4, 57.8, NOWHERE, NOWHERE, 563.2, 0.18, 3.0, -0.27, 1.21,
        {"VPL": 41.3, "VPM": 0.0, "PLIC": 4.4}, ASSUMPTIONS, {"VPL": 0.84, "PLIC": 0.23},
    )  # fmt: skip
    solution = FieldSolution("f1", "l1", "h", ("0", "1", "2", "3"), (), {}, CONDUCTOR)
    alignment = Alignment(
        "al", "image:a", MNI_SPACE, "deformable", IDENTITY_MATRIX, "greedy", "h",
        quality={"correlation": 0.87, "second_start_mm": 0.41},
        decision="approved", decided_by="Dra. Núñez", decided_at="2026-11-23T22:10:00+00:00",
    )  # fmt: skip
    case = Case("c1", identity=Identity("Núñez, Ana", "HC-0042", "19710504", "F")).with_image(image)
    case = (
        case.with_lead(lead)
        .with_programme(programme)
        .with_solution(solution)
        .with_simulation(simulation)
        .with_alignment(alignment)
    )
    case = case.with_acpc(AcPc((0.0, 12.0, 0.0), (0.0, -12.0, 0.0), ((0.0, 0.0, 40.0),), "image:a", "template"))
    return read_back(case, "l1")


def read_back(case: Case, lead_id: str) -> Case:
    subject = f"side:{lead_id}"
    hashed = subject_hash(case, subject)
    at = "2026-11-23T22:31:00+00:00"
    return case.with_approval(Approval(f"ap-{lead_id}", subject, "approved", "Dra. Núñez", at, hashed))


@pytest.fixture
def crowded_case(plain_case: Case) -> Case:
    """Two leads, one of them directional, with names that do not end."""
    lead = replace(
        plain_case.leads["l1"],
        id="l2",
        name="Electrodo talámico ventral posterolateral izquierdo (plan alternativo del comité)",
        side="left",
        device_id="abbott_directed_05",
        target=(-14.0, -9.5, 0.2),
        entry=(-34.0, 30.0, 62.0),
        rotation_deg=-35.0,
        is_locked=True,
    )
    programme = Programme(
        "p2", "l2", "Programa nocturno de baja frecuencia", {"2A": -0.6, "2B": -0.4}, 1.0, 2.5, 90.0, 50.0
    )
    case = replace(plain_case, title="Dolor posictus: estimulación cerebral profunda bilateral del tálamo sensitivo")
    case = case.with_identity(Identity(LONG_NAME, "SEGURO-POPULAR-2026-0000123456789-B", "1948-01-31", "F"))
    return read_back(case.with_lead(lead).with_programme(programme), "l2")


def _lead_findings(case: Case, lead: Lead, contacts: tuple[str, ...]) -> LeadFindings:
    sign = 1.0 if lead.side == "right" else -1.0
    places = [("target", lead.target), ("entry", lead.entry), ("tip", (sign * 13.6, -10.3, -1.0))]
    places += [(f"contact:{label}", (sign * 13.7, -9.0, 2.0 * n)) for n, label in enumerate(contacts)]
    others = [
        ClearanceFinding("lead", 26.4, 0.0, 0.0, False, other.name)
        for other in case.leads.values()
        if other.id != lead.id
    ]
    return LeadFindings(
        length_mm=76.2,
        plane_deg=57.4,
        sagittal_deg=sign * 15.2,
        positions=tuple(Position(part, place, place, place) for part, place in places),
        clearances=(
            ClearanceFinding("ventricle", 3.2, 24.5, 0.0, False),
            ClearanceFinding("sulcus", 0.0, 51.0, 2.25, False),
            ClearanceFinding("midline", 12.1, -1.5, 0.0, False),
            *others,
        ),
        target_words="Ventral posterolateral nucleus: a start point, confirm on the images",
    )


@pytest.fixture
def make_findings():
    """Findings for a case, with as many pictures as asked."""

    def make(case: Case, picture_count: int = 4) -> Findings:
        labels = {"l1": ("0", "1", "2", "3"), "l2": ("1", "2A", "2B", "2C", "3A", "3B", "3C", "4")}
        return Findings(
            leads={key: _lead_findings(case, lead, labels[key]) for key, lead in case.leads.items()},
            charge_density_limit=Limit(30.0, "makers' warning threshold"),
            shannon_limit=Limit(1.85, "Shannon 1992"),
            pictures=tuple(Picture(f"Picture {n + 1}: axial through the target", png(n)) for n in range(picture_count)),
            versions=(("Nociplan", "0.1.0"), ("numpy", "2.4.6"), ("leads.json", "1a2b3c4d")),
            audit_head="ab" * 32,
            assumptions=("Tissue conducts the same in every direction.",),
            structure_names={"VPL": "Ventral posterolateral nucleus"},
        )

    return make


def png(seed: int) -> bytes:
    """A small grey picture, different for each seed."""
    ramp = np.linspace(20, 180, 320)[None, :] * np.ones((260, 1))
    ramp[60 + 20 * seed : 90 + 20 * seed, 100:220] = 240
    target = BytesIO()
    PngImage.fromarray(ramp.astype(np.uint8)).save(target, "PNG")
    return target.getvalue()
