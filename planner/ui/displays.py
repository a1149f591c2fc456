"""What of the case the window shows, and how: chosen, hidden, in preview, out of date."""

from collections.abc import Mapping
from dataclasses import replace

from planner.case.checks import alignment_between
from planner.case.facts import surface_of, transform_of
from planner.case.model import Case, Image, Lead, Simulation, Structure
from planner.case.store import ArrayStore
from planner.geometry import Affine, Warp
from planner.i18n import _
from planner.scene.display import LeadDisplay, Rgb, SurfaceDisplay
from planner.steps import show_case
from planner.steps.carry_field import FieldEstimate

STALE_RGB: Rgb = (128, 132, 136)


def lead_displays(case: Case, active_lead: str, preview: Lead | None) -> tuple[LeadDisplay, ...]:
    """Every lead of the planning space; ``preview`` takes the place of the lead it is a draft of."""
    shown = case.with_lead(preview) if preview is not None and preview.id in case.leads else case
    return tuple(replace(one, is_active=one.lead_id == active_lead) for one in show_case.lead_displays(shown))


class StructureSurfaces:
    """Surfaces of the structures, read once: the same objects as long as the structures are, so that views need not
    cut or hash them again."""

    def __init__(self, store: ArrayStore) -> None:
        self._store = store
        self._of: tuple[Mapping[str, Structure], str] | None = None
        self._shown: dict[str, SurfaceDisplay] = {}

    def of(self, case: Case) -> dict[str, SurfaceDisplay]:
        """By the id of the structure, those of the planning space."""
        if self._of is None or self._of[0] is not case.structures or self._of[1] != case.planning_space:
            keys = [one.id for one in case.structures.values() if one.space == case.planning_space]
            made = show_case.structure_displays(case, self._store)
            self._shown = dict(zip(keys, made, strict=True))
            self._of = (case.structures, case.planning_space)
        return self._shown


def structure_displays(
    stale: Mapping[str, str], surfaces: Mapping[str, SurfaceDisplay], hidden: frozenset[str]
) -> tuple[SurfaceDisplay, ...]:
    """The structures that are on, translucent; grey and called out of date when they are (``stale``: checks.stale)."""
    made = []
    for key, display in surfaces.items():
        if key in hidden:
            continue
        if f"structure:{key}" in stale:
            display = replace(display, name=_("{name} (out of date)").format(name=display.name), rgb=STALE_RGB)
        made.append(replace(display, opacity=0.55))
    return tuple(made)


def simulation_display(
    case: Case, simulation: Simulation, store: ArrayStore, *, is_stale: bool
) -> SurfaceDisplay | None:
    """The activated volume; grey and called out of date when it is. None when it is empty or its programme is gone."""
    programme = case.programmes.get(simulation.programme_id)
    if programme is None or simulation.volume_mm3 <= 0.0:
        return None
    words = _("{name} activated (out of date)") if is_stale else _("{name} activated")
    rgb = STALE_RGB if is_stale else show_case.ACTIVATED_RGB
    surface = surface_of(simulation, store, case.planning_space)
    return SurfaceDisplay(words.format(name=programme.name), surface, rgb, opacity=0.5, is_filled=True)


def estimate_display(name: str, estimate: FieldEstimate) -> SurfaceDisplay:
    """The carried volume of a lead that is being moved."""
    words = _("{name}: estimate").format(name=name)
    return SurfaceDisplay(
        words, estimate.surface, show_case.ACTIVATED_RGB, 0.3, is_filled=True, tag=_("estimate"), is_estimate=True
    )


def to_image(case: Case, image: Image, store: ArrayStore) -> Affine | Warp | None:
    """From the planning space to the image's own space. None for the planning image itself.

    Raises KeyError where no alignment that counts connects the two; equal frame UIDs are no proof.
    """
    if image.id == case.planning_image:
        return None
    alignment = alignment_between(case, case.planning_space, image.space)
    if alignment is None:
        raise KeyError(image.id)
    transform = transform_of(alignment, store)
    return transform if transform.source == case.planning_space else transform.inverse()


def is_connected(case: Case, image: Image) -> bool:
    """Whether the image can be shown in the planning space."""
    return image.id == case.planning_image or alignment_between(case, case.planning_space, image.space) is not None
