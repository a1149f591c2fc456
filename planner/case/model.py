"""The facts of a plan. Frozen, two levels deep: a :class:`Case` holds maps of facts by id, facts hold plain values.

Positions are RAS mm in the space the fact names. An image's own space is ``image:ID`` (:func:`image_space`); the atlas
space is :data:`MNI_SPACE`. All planning facts (landmarks, structures, leads) live in the space of the planning image.
Texts in facts are stable words or what a person typed, never translated text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from planner.case.band import FieldBand
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.plain import ArrayRef, Decision, GridSpec, Matrix, Side, Vector
from planner.case.spine import SpineOutline

__all__ = [
    "MNI_SPACE", "AcPc", "Alignment", "Approval", "ArrayRef", "Case", "Decision", "FibreGroup", "FibreResult",
    "FieldSolution", "GridSpec",
    "Identity", "Image", "Lead", "Matrix", "Programme", "Region", "Segmentation", "Side", "Simulation", "SpineOutline",
    "Structure", "Vector", "image_space",
]  # fmt: skip

Region = Literal["head", "spine"]
StructureBasis = Literal["brain-atlas", "spine-image", "spine-atlas"]

MNI_SPACE = "mni152-2009a-sym"


def image_space(image_id: str) -> str:
    """The name of the space in which an image's own world coordinates are."""
    return f"image:{image_id}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the images are of, as the images say it. ``birth_date`` is ISO or empty; ``sex`` M, F, O or empty."""

    name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """One imported volume. ``notes`` are codes of what the importer corrected or warns of (``gantry-tilt``, ...)."""

    id: str
    name: str
    modality: str
    grid: GridSpec
    values: ArrayRef
    identity: Identity
    unit: str = ""
    window: tuple[float, float] = (0.0, 1.0)
    study_date: str = ""
    series_uid: str = ""
    frame_uid: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def space(self) -> str:
        return image_space(self.id)


@dataclass(frozen=True, slots=True)
class Alignment:
    """A transform from the space ``source`` to the space ``target``, and what a person decided about it.

    ``matrix`` is the affine part. For ``deformable``, ``forward`` (X, Y, Z, 3) on ``forward_grid`` in source space and
    ``inverse`` on ``inverse_grid`` in target space hold whole displacements in RAS mm. ``quality`` holds named figures.
    """

    id: str
    source: str
    target: str
    kind: Literal["rigid", "affine", "deformable", "landmarks"]
    matrix: Matrix
    engine: str
    inputs_hash: str
    forward: ArrayRef | None = None
    forward_grid: GridSpec | None = None
    inverse: ArrayRef | None = None
    inverse_grid: GridSpec | None = None
    quality: Mapping[str, float] = field(default_factory=dict)
    decision: Decision = "proposed"
    decided_by: str = ""
    decided_at: str = ""


@dataclass(frozen=True, slots=True)
class AcPc:
    """Anterior and posterior commissure and midline points, RAS mm in ``space``."""

    ac: Vector
    pc: Vector
    midline: tuple[Vector, ...]
    space: str
    origin: Literal["template", "clicked"]
    inputs_hash: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A label image in planning space; ``labels`` maps the number (as text) to a stable tissue word."""

    id: str
    space: str
    grid: GridSpec
    values: ArrayRef
    labels: Mapping[str, str]
    origin: str
    inputs_hash: str


@dataclass(frozen=True, slots=True)
class Structure:
    """A part of the anatomy as a surface in planning space, and what it was made from: carried over from the brain
    atlas, measured on the images of the spine, or placed along the canal from the spine atlas."""

    id: str
    space: str
    centre: Vector
    vertices: ArrayRef
    triangles: ArrayRef
    source: str
    status: str
    inputs_hash: str
    basis: StructureBasis = "brain-atlas"


@dataclass(frozen=True, slots=True)
class Lead:
    """A straight lead. The tip lies on the line entry → target, ``depth_mm`` beyond the target (negative: short of it).

    ``rotation_deg`` turns the lead about its own axis (0: segment a faces anterior, see planner.leads). ``accepted``
    are the codes of concerns about it that a person confirmed knowingly (planner.leads.checks).
    """

    id: str
    name: str
    side: Side
    device_id: str
    target: Vector
    entry: Vector
    space: str
    target_id: str = ""
    depth_mm: float = 0.0
    rotation_deg: float = 0.0
    is_locked: bool = False
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """What a lead delivers. ``shares`` gives each active contact its share of the current: the negative ones are
    cathodes; with ``case_share`` (the generator's can) they sum to zero, and the cathodes to -1."""

    id: str
    lead_id: str
    name: str
    shares: Mapping[str, float]
    case_share: float
    amplitude_ma: float
    width_us: float
    frequency_hz: float


@dataclass(frozen=True, slots=True)
class FieldSolution:
    """Unit solutions of one lead in its tissue, 1 mA on each contact in turn (others floating, outer ground)."""

    id: str
    lead_id: str
    inputs_hash: str
    contacts: tuple[str, ...]
    resistance_ohm: tuple[tuple[float, ...], ...]
    arrays: Mapping[str, ArrayRef]
    conductor: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What one programme activates, by an |E| threshold. An estimate; ``assumptions`` says on what it rests.

    ``overlaps_mm3`` and ``strongest_v_per_mm`` (largest |E|) are by structure id.
    """

    id: str
    programme_id: str
    inputs_hash: str
    threshold_v_per_mm: float
    threshold_source: str
    fibre_diameter_um: float
    volume_mm3: float
    vertices: ArrayRef
    triangles: ArrayRef
    impedance_ohm: float
    charge_uc: float
    charge_density_uc_cm2: float
    shannon_k: float
    max_field_v_per_mm: float
    overlaps_mm3: Mapping[str, float]
    assumptions: Mapping[str, str]
    strongest_v_per_mm: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's word on something: ``subject`` is ``kind:id``; ``subject_hash`` the state that was approved."""

    id: str
    subject: str
    decision: Decision
    by: str
    at: str
    subject_hash: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One patient's plan. Never changed: every ``with_...`` gives the next one."""

    id: str
    title: str = ""
    identity: Identity | None = None
    planning_image: str = ""
    acpc: AcPc | None = None
    region: Region = "head"
    spines: Mapping[str, SpineOutline] = field(default_factory=dict)
    images: Mapping[str, Image] = field(default_factory=dict)
    alignments: Mapping[str, Alignment] = field(default_factory=dict)
    segmentations: Mapping[str, Segmentation] = field(default_factory=dict)
    structures: Mapping[str, Structure] = field(default_factory=dict)
    leads: Mapping[str, Lead] = field(default_factory=dict)
    programmes: Mapping[str, Programme] = field(default_factory=dict)
    solutions: Mapping[str, FieldSolution] = field(default_factory=dict)
    simulations: Mapping[str, Simulation] = field(default_factory=dict)
    bands: Mapping[str, FieldBand] = field(default_factory=dict)
    fibre_groups: Mapping[str, FibreGroup] = field(default_factory=dict)
    fibre_results: Mapping[str, FibreResult] = field(default_factory=dict)
    approvals: Mapping[str, Approval] = field(default_factory=dict)

    def _with(self, group: str, fact: Any) -> "Case":
        changed: dict[str, Any] = {group: {**getattr(self, group), fact.id: fact}}
        return replace(self, **changed)

    def _without(self, group: str, key: str) -> "Case":
        changed: dict[str, Any] = {group: {k: v for k, v in getattr(self, group).items() if k != key}}
        return replace(self, **changed)

    @property
    def planning_space(self) -> str:
        """The space all planning facts live in, or empty before there is an image."""
        return image_space(self.planning_image) if self.planning_image else ""

    def with_title(self, title: str) -> "Case":
        return replace(self, title=title)

    def with_identity(self, identity: Identity) -> "Case":
        return replace(self, identity=identity)

    def with_planning_image(self, image_id: str) -> "Case":
        if image_id not in self.images:
            raise KeyError(image_id)
        return replace(self, planning_image=image_id)

    def with_image(self, image: Image) -> "Case":
        """With the image; the first one becomes the planning image."""
        case = self._with("images", image)
        return case if case.planning_image else replace(case, planning_image=image.id)

    def without_image(self, image_id: str) -> "Case":
        case = self._without("images", image_id)
        if self.planning_image == image_id:
            return replace(case, planning_image=next(iter(case.images), ""))
        return case

    def with_alignment(self, alignment: Alignment) -> "Case":
        return self._with("alignments", alignment)

    def with_acpc(self, acpc: AcPc) -> "Case":
        return replace(self, acpc=acpc)

    def with_region(self, region: Region) -> "Case":
        return replace(self, region=region)

    @property
    def spine(self) -> SpineOutline | None:
        """The outline in the planning image. Other images keep theirs: they are matched by the names of levels."""
        return self.spines.get(self.planning_space)

    def with_spine(self, spine: SpineOutline) -> "Case":
        """With this outline of its image; the case is then of a spine."""
        return replace(self, region="spine", spines={**self.spines, spine.space: spine})

    def without_structures(self, *ids: str) -> "Case":
        return replace(self, structures={key: one for key, one in self.structures.items() if key not in ids})

    def with_segmentation(self, segmentation: Segmentation) -> "Case":
        return self._with("segmentations", segmentation)

    def with_structure(self, structure: Structure) -> "Case":
        return self._with("structures", structure)

    def with_lead(self, lead: Lead) -> "Case":
        return self._with("leads", lead)

    def without_lead(self, lead_id: str) -> "Case":
        """Without the lead and what was made for it."""
        programmes = {k: v for k, v in self.programmes.items() if v.lead_id != lead_id}
        return replace(
            self._without("leads", lead_id),
            programmes=programmes,
            solutions={k: v for k, v in self.solutions.items() if v.lead_id != lead_id},
            simulations={k: v for k, v in self.simulations.items() if v.programme_id in programmes},
            bands={k: v for k, v in self.bands.items() if v.programme_id in programmes},
            fibre_groups={k: v for k, v in self.fibre_groups.items() if v.lead_id != lead_id},
            fibre_results={
                k: v
                for k, v in self.fibre_results.items()
                if v.programme_id in programmes and self.fibre_groups[v.group_id].lead_id != lead_id
            },
        )

    def with_programme(self, programme: Programme) -> "Case":
        return self._with("programmes", programme)

    def with_solution(self, solution: FieldSolution) -> "Case":
        """With the solution in place of older ones of the same lead."""
        kept = {k: v for k, v in self.solutions.items() if v.lead_id != solution.lead_id}
        return replace(self, solutions={**kept, solution.id: solution})

    def with_simulation(self, simulation: Simulation) -> "Case":
        """With the simulation in place of older ones of the same programme."""
        kept = {k: v for k, v in self.simulations.items() if v.programme_id != simulation.programme_id}
        return replace(self, simulations={**kept, simulation.id: simulation})

    def with_band(self, band: FieldBand) -> "Case":
        """With the band in place of older ones of the same programme."""
        kept = {k: v for k, v in self.bands.items() if v.programme_id != band.programme_id}
        return replace(self, bands={**kept, band.id: band})

    def with_fibre_group(self, group: FibreGroup) -> "Case":
        return self._with("fibre_groups", group)

    def without_fibre_group(self, group_id: str) -> "Case":
        """Without the group and its results."""
        kept = {k: v for k, v in self.fibre_results.items() if v.group_id != group_id}
        return replace(self._without("fibre_groups", group_id), fibre_results=kept)

    def with_fibre_result(self, result: FibreResult) -> "Case":
        """With the result in place of older ones of the same group and programme."""
        subject = (result.group_id, result.programme_id)
        kept = {k: v for k, v in self.fibre_results.items() if (v.group_id, v.programme_id) != subject}
        return replace(self, fibre_results={**kept, result.id: result})

    def with_approval(self, approval: Approval) -> "Case":
        return self._with("approvals", approval)
