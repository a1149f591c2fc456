"""What the report is told besides the case: read-outs and pictures that other parts computed. Plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.case.model import Vector

ClearanceKind = Literal["ventricle", "sulcus", "midline", "lead"]


@dataclass(frozen=True, slots=True)
class Position:
    """``part`` is ``target``, ``entry``, ``tip`` or ``contact:LABEL``; mm in each frame, None where it is not known."""

    part: str
    world: Vector
    acpc: Vector | None
    mni: Vector | None


@dataclass(frozen=True, slots=True)
class ClearanceFinding:
    """``distance_mm`` from the lead's surface, nearest ``above_target_mm`` above the target, ``inside_mm`` within.

    ``is_beyond_reach``: nothing nearer than ``distance_mm`` was found. ``other`` names the other lead.
    """

    kind: ClearanceKind
    distance_mm: float
    above_target_mm: float
    inside_mm: float
    is_beyond_reach: bool
    other: str = ""


@dataclass(frozen=True, slots=True)
class LeadFindings:
    """Of one lead: length, angles in the AC-PC frame (None: no AC-PC), positions, clearances, and doubts in words.

    ``target_words`` names the start point of the target and how far it is to be trusted, in the user's language.
    """

    length_mm: float
    plane_deg: float | None
    sagittal_deg: float | None
    positions: tuple[Position, ...]
    clearances: tuple[ClearanceFinding, ...]
    doubts: tuple[str, ...] = ()
    target_words: str = ""


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """One vertebra, from above: its name (or empty), its height in the image, the cord segments behind it and the
    dorsal CSF there with the spread between people (None where there is no cord)."""

    name: str
    height_mm: float
    is_cut: bool
    segments: tuple[str, ...] = ()
    dorsal_csf_mm: float | None = None
    spread_mm: float = 0.0
    is_measured: bool = False


@dataclass(frozen=True, slots=True)
class FibreFinding:
    """Of one group of fibres under one programme. ``asked`` fibres of which ``firing`` fire at ``amplitude_ma``;
    infinite currents: none does. ``set_aside`` counts by the stable word of the reason. ``lines`` says
    where the lines come from, ``sentences`` what the thresholds rest on, in the user's language."""

    group: str
    programme: str
    model: str
    diameter_um: float
    amplitude_ma: float
    asked: int
    firing: int
    first_ma: float
    half_ma: float
    at_end: int
    set_aside: Mapping[str, int]
    rheobase_ma: float | None
    chronaxie_us: float | None
    lines: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """``png`` are the bytes of the file; ``title`` is printed under it, in the user's language."""

    title: str
    png: bytes


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a colour in the pictures stands for; ``rgb`` 0 to 255."""

    name: str
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit the plan is held against, with where it comes from."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All of it. ``versions`` are names and versions in the order to print; ``audit_head`` the hex head of the trail.

    ``assumptions`` are sentences, in the user's language, that every plan rests on. ``structure_names`` are what
    structures are called in the user's language, by id.
    """

    leads: Mapping[str, LeadFindings]
    charge_density_limit: Limit
    shannon_limit: Limit
    pictures: tuple[Picture, ...] = ()
    legend: tuple[LegendEntry, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    audit_head: str = ""
    assumptions: tuple[str, ...] = ()
    structure_names: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[LevelFinding, ...] = ()
    fibres: tuple[FibreFinding, ...] = ()
    fibres_out_of_date: tuple[str, ...] = ()
