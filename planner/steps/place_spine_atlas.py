"""Place the parametric spine on the patient's canal: sac, cord, segments, roots and ganglia, level by level."""

from dataclasses import dataclass, replace

import numpy as np

from planner.anatomy.spine import ct
from planner.anatomy.spine.outline import Vertebra
from planner.anatomy.spine.parametric import ParametricSpine, SpineParameters
from planner.anatomy.spine.parametric.measured_wall import WallOf
from planner.anatomy.spine.parametric.roots import Ganglion
from planner.anatomy.structures import sphere
from planner.case.facts import surface_of, volume_of
from planner.case.inputs import inputs_of_spine_atlas
from planner.case.model import Case, SpineOutline, Structure
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Surface, Volume
from planner.i18n import _
from planner.library.spine_names import CANAL_ID, CORD_ID, SAC_ID, ganglion_id
from planner.progress import SILENT, Progress
from planner.steps.spine_facts import canal_of, outline_in, scheme_of, vertebrae_of, with_surface
from planner.steps.spine_measures import spine_measures

FIRST_STATUS = "estimate: from tables of other people, placed by the levels of this one"
SNAPPED_STATUS = "estimate: size from the tables, place from the foramen on the CT"
SOURCE = "parametric spine, atlases/spine"


@dataclass(frozen=True, slots=True)
class PlacedAtlas:
    """Sac, cord and ganglia as structures."""

    structures: tuple[Structure, ...]

    def in_case(self, case: Case) -> Case:
        """``case`` with these in place of those of an earlier placing."""
        case = case.without_structures(*(key for key, one in case.structures.items() if one.basis == "spine-atlas"))
        for one in self.structures:
            if one.id not in case.structures:  # what was measured on the image counts for more
                case = case.with_structure(one)
        return case


@dataclass(frozen=True, slots=True, eq=False)
class Wall:
    """What was measured on the image: the wall of the canal (CT) or of the sac (MRI)."""

    surface: Surface
    of: WallOf


def wall_in(case: Case, store: ArrayStore) -> Wall | None:
    """The measured wall in a case; None when there is none."""
    walls: tuple[tuple[str, WallOf], ...] = ((CANAL_ID, "canal"), (SAC_ID, "sac"))
    for key, of in walls:
        one = case.structures.get(key)
        if one is not None and one.basis == "spine-image" and case.spine is not None and one.space == case.spine.space:
            return Wall(surface_of(one, store, one.space), of)
    return None


def placed_spine(outline: SpineOutline, store: ArrayStore, wall: Wall | None = None) -> ParametricSpine:
    """The parametric spine along this canal, as wide as its measured wall. Raises RefusedError: levels-unnamed."""
    if not outline.is_named:
        text = _("The vertebrae have no names yet. Give one of them its name first.")
        raise RefusedError(text, code="levels-unnamed")
    parameters = SpineParameters(spine_measures().measures, scheme_of(outline), posture=outline.posture)
    spine = ParametricSpine.of(parameters).placed_on(
        canal_of(outline, store),
        vertebrae_of(outline),
        {one.name: one.dorsal_csf_mm for one in outline.vertebrae if one.dorsal_csf_mm is not None},
        wall.surface if wall else None,
        wall.of if wall else "canal",
    )
    if outline.conus_mm is None:
        return spine
    place = float(spine.line.place_of(outline.conus_mm)[0])
    index = int(np.clip(np.floor(place), 0, len(spine.names) - 1))
    return spine.with_conus(spine.names[index], place - index)


def place_spine_atlas(case: Case, store: ArrayStore, progress: Progress = SILENT) -> PlacedAtlas:
    """Sac, cord and ganglia for the levels as they are named now; on CT the ganglia go to their foramina.

    Raises RefusedError: no-spine, levels-unnamed; Cancelled.
    """
    outline = outline_in(case)
    spine = placed_spine(outline, store, wall_in(case, store))
    image = case.images[case.planning_image]
    if image.modality == "CT":
        progress(0.1, _("Looking for the foramina"))
        spine = _snapped(spine, volume_of(image, store), outline, store)
    progress(0.8, _("Placing cord and ganglia"))
    fact = Structure(
        id="", space=outline.space, centre=(0.0, 0.0, 0.0), vertices=outline.canal, triangles=outline.canal,
        source=SOURCE, status=FIRST_STATUS, inputs_hash=inputs_of_spine_atlas(case), basis="spine-atlas",
    )  # fmt: skip
    tubes = {SAC_ID: spine.sac_surface(), CORD_ID: spine.cord_surface()}
    made = [with_surface(fact, key, one, store) for key, one in tubes.items() if one is not None]
    return PlacedAtlas((*made, *(_ganglion_fact(fact, one, store) for one in spine.ganglia())))


def _snapped(spine: ParametricSpine, image: Volume, outline: SpineOutline, store: ArrayStore) -> ParametricSpine:
    """Each ganglion in the bony foramen that was found for it."""
    vertebrae = vertebrae_of(outline)
    there = {(one.name, one.side) for one in spine.ganglia()}
    for one in ct.foramina(image, canal_of(outline, store), vertebrae):
        key = (nerve_below(vertebrae[one.vertebra]), one.side)
        if key in there:
            spine = spine.with_ganglion_at(*key, np.asarray(one.position))
    return spine


def nerve_below(vertebra: Vertebra) -> str:
    """The nerve that leaves under this vertebra's pedicles: C8 under C7, and above it the one numbered below."""
    kind, number = vertebra.name[0], int(vertebra.name[1:])
    return f"C{number + 1}" if kind == "C" else vertebra.name


def _ganglion_fact(fact: Structure, one: Ganglion, store: ArrayStore) -> Structure:
    status = SNAPPED_STATUS if one.is_snapped else FIRST_STATUS
    return with_surface(
        replace(fact, status=status), ganglion_id(one.name, one.side), _ellipsoid(one, fact.space), store
    )


def _ellipsoid(one: Ganglion, space: str) -> Surface:
    """Long along the root."""
    vertices, triangles = sphere()
    along = vertices @ one.axis
    half_width, half_length = one.width_mm / 2.0, one.length_mm / 2.0
    stretched = half_width * vertices + np.outer((half_length - half_width) * along, one.axis)
    return Surface.of(one.centre + stretched, triangles, space)
