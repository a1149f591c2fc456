"""Targets of deep stimulation: read-only, from ``atlases/targets/brain_targets.csv``, each with source and status.

A target is a start point to be confirmed on the images, never a place to stimulate: most numbers are unverified.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from planner import places
from planner.case.model import Side, Vector
from planner.errors import PlannerError
from planner.i18n import _, language
from planner.library.spine_names import spine_part_name

ACPC_REFERENCES = ("MCP", "AC", "PC")


@dataclass(frozen=True, slots=True)
class AcPcPlace:
    """Where books put it: mm lateral of the midline, in front of ``ap_reference``, above the AC-PC plane."""

    lateral_mm: float
    ap_mm: float
    ap_reference: str
    vertical_mm: float


@dataclass(frozen=True, slots=True)
class Target:
    """One row. ``acpc`` and ``mni_right`` (template RAS mm, right side) are None where the source gives no number.

    ``size_mm`` is (anterior-posterior, lateral, vertical), with its own ``size_status``. ``status`` and ``source``
    are the file's words on how far the coordinates are verified and where they come from. ``notes`` holds every other
    column, by its name in the file.
    """

    id: str
    name_en: str
    name_es: str
    kind: str
    acpc: AcPcPlace | None
    mni_right: Vector | None
    mni_basis: str
    size_mm: Vector | None
    size_status: str
    status: str
    source: str
    notes: Mapping[str, str]

    @property
    def name(self) -> str:
        """In the user's language."""
        return self.name_es if language() == "es" else self.name_en

    def mni(self, side: Side) -> Vector | None:
        """The template point on a side: the template is symmetric, so the left is the mirror image of the right."""
        if self.mni_right is None:
            return None
        x, y, z = self.mni_right
        return (x, y, z) if side == "right" else (-x, y, z)


@cache
def targets() -> tuple[Target, ...]:
    """Every target that has a place in the brain (rows of kind "DBS target"), in the file's order."""
    path = places.atlases() / "targets" / "brain_targets.csv"
    if not path.is_file():
        text = _("The atlas file {name} is missing. Install the program again.").format(name=path.name)
        raise PlannerError(text, code="atlas-missing")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_target(row) for row in csv.DictReader(file) if row["kind"] == "DBS target")


def target(target_id: str) -> Target:
    """Raises PlannerError(code="unknown-target")."""
    for one in targets():
        if one.id == target_id:
            return one
    known = ", ".join(one.id for one in targets())
    text = _("There is no target {name}. Known targets: {known}.").format(name=target_id, known=known)
    raise PlannerError(text, code="unknown-target")


def structure_id(target_id: str, side: Side) -> str:
    """The id of the structure that ``find_anatomy`` carries over for a target."""
    return f"{target_id}-{side}"


def structure_name(identifier: str) -> str:
    """The name of a structure in the user's language; its id when it is not one of ours."""
    of_spine = spine_part_name(identifier)
    if of_spine is not None:
        return of_spine
    target_id, _dash, side = identifier.rpartition("-")
    found = next((one for one in targets() if one.id == target_id), None)
    if found is None or side not in ("left", "right"):
        return identifier
    words = {"left": _("{name}, left"), "right": _("{name}, right")}
    return words[side].format(name=found.name)


def _target(row: dict[str, str]) -> Target:
    known = {"target_id", "name_en", "name_es", "kind", "mni_basis", "verification", "source", "size_status"}
    return Target(
        id=row["target_id"],
        name_en=row["name_en"],
        name_es=row["name_es"],
        kind=row["kind"],
        acpc=_acpc(row),
        mni_right=_three(row, "mni_x_mm_right", "mni_y_mm", "mni_z_mm"),
        mni_basis=row["mni_basis"],
        size_mm=_three(row, "size_ap_mm", "size_lateral_mm", "size_vertical_mm"),
        size_status=row["size_status"],
        status=row["verification"],
        source=row["source"],
        notes={name: text for name, text in row.items() if name not in known and text},
    )


def _acpc(row: dict[str, str]) -> AcPcPlace | None:
    place = _three(row, "lateral_mm_from_midline", "ap_mm", "vertical_mm")
    is_numeric = row["ap_reference"] in ACPC_REFERENCES and row["vertical_reference"].startswith("AC-PC plane")
    if place is None or not is_numeric:
        return None
    return AcPcPlace(place[0], place[1], row["ap_reference"], place[2])


def _three(row: dict[str, str], *columns: str) -> Vector | None:
    texts = [row[name].strip() for name in columns]
    if not all(texts):
        return None
    try:
        first, second, third = (float(text) for text in texts)
    except ValueError:
        return None
    return (first, second, third)
