"""Everything in the 3-D view, kept in one renderer that it is given. No Qt: the window and the snapshot both use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.case.model import Vector
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray
from planner.scene.display import FibreDisplay, LeadDisplay, PointDisplay, SurfaceDisplay
from planner.scene.draw_fibres import fibre_actors
from planner.scene.draw_leads import lead_actors, point_actors
from planner.scene.draw_planes import PlanePicture
from planner.scene.draw_surfaces import surface_actors
from planner.scene.planes import ORTHOGONAL, PlaneKind, Raster, SlicePlane
from planner.scene.slices import Layer, LayeredSlicer, layer_corners_mm

PICTURE_PX = 256
SKIN_RGB = (224, 190, 168)
SKIN_OPACITY = 0.22

# Where the camera stands, and what is up, for each preset (RAS).
PRESETS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "A": ((0, 1, 0), (0, 0, 1)),
    "P": ((0, -1, 0), (0, 0, 1)),
    "R": ((1, 0, 0), (0, 0, 1)),
    "L": ((-1, 0, 0), (0, 0, 1)),
    "S": ((0, 0, 1), (0, 1, 0)),
    "I": ((0, 0, -1), (0, 1, 0)),
}
FIRST_VIEW = ((-0.55, 0.72, 0.42), (0.0, 0.0, 1.0))
"""From the front, left and above: the usual view of a frame on the table."""


SurfaceKey = tuple[int, tuple[int, int, int], float]


@dataclass(frozen=True, slots=True, eq=False)
class MadeSurface:
    """Actors of a surface, which is held so that its id stays its own."""

    surface: Surface
    actors: list[Any]


class SpaceScene:
    """Actors by what they stand for; each setter replaces only its own."""

    def __init__(self, renderer: Any) -> None:
        self.renderer = renderer
        self._groups: dict[str, list[Any]] = {}
        self._shown: dict[str, object] = {}
        self._planes: dict[PlaneKind, PlanePicture] = {}
        self._made: dict[SurfaceKey, MadeSurface] = {}
        self._slicer = LayeredSlicer()
        self._layers: tuple[Layer, ...] = ()

    def set_leads(self, leads: tuple[LeadDisplay, ...]) -> None:
        if self._is_new("leads", leads):
            self._replace("leads", [actor for lead in leads for actor in lead_actors(lead)])

    def set_surfaces(self, surfaces: tuple[SurfaceDisplay, ...]) -> None:
        """Only surfaces that were not shown before (the same objects in the same colours) are made anew."""
        made = {(id(shown.surface), shown.rgb, shown.opacity): shown for shown in surfaces}
        self._made = {
            key: self._made.get(key) or MadeSurface(shown.surface, surface_actors(shown)) for key, shown in made.items()
        }
        self._replace("surfaces", [actor for one in self._made.values() for actor in one.actors])

    def set_fibres(self, fibres: tuple[FibreDisplay, ...]) -> None:
        """Bundles in the place of those shown before; the same objects are left as they are."""
        if self._is_new("fibres", fibres):
            self._replace("fibres", [actor for bundle in fibres for actor in fibre_actors(bundle)])

    def set_points(self, points: tuple[PointDisplay, ...]) -> None:
        if self._is_new("points", points):
            self._replace("points", [actor for point in points for actor in point_actors(point)])

    def set_head(self, surface: Surface | None) -> None:
        """The far half of the skin, translucent, so that it frames what lies inside; None takes it away."""
        shown = [] if surface is None else surface_actors(SurfaceDisplay("skin", surface, SKIN_RGB, SKIN_OPACITY))
        for actor in shown:
            look = actor.GetProperty()
            look.SetSpecular(0.0)
            look.BackfaceCullingOff()
            look.FrontfaceCullingOn()  # its far half only: no veil lies over the lead and the planes
        self._replace("head", shown)

    def set_slices(
        self, layers: tuple[Layer, ...], cursor: FloatArray, space: str, kinds: Sequence[PlaneKind] = ORTHOGONAL
    ) -> None:
        """The planes through the cursor with their pictures; none where there is no layer."""
        wanted = tuple(kinds) if layers else ()
        if wanted != tuple(self._planes):
            self._planes = {kind: PlanePicture(plane_raster(layers[0], kind, cursor, space)) for kind in wanted}
            self._replace("planes", [actor for plane in self._planes.values() for actor in plane.actors])
        for kind, plane in self._planes.items():
            raster = plane_raster(layers[0], kind, cursor, space)
            plane.show(raster, self._slicer.picture(raster, layers))

    def look_from(self, preset: str) -> None:
        """Stand at one of the six presets; raises KeyError for another letter."""
        self._stand(*PRESETS[preset])

    def look_first(self, leads: tuple[LeadDisplay, ...] = ()) -> None:
        """The view a scene begins with, from the side on which the lead in hand enters: the planes through its target
        would hide it from the other sides."""
        towards, up = FIRST_VIEW
        for lead in (one for one in leads if one.is_active):
            towards = tuple(np.copysign(towards, (lead.axis[0], lead.axis[1], 1.0)))
        self._stand(towards, up)

    def look_at(self, place: Vector, across_mm: float) -> None:
        """Bring ``place`` to the middle and ``across_mm`` into the height of the view; the direction stays."""
        camera = self.renderer.GetActiveCamera()
        back = np.array(camera.GetPosition()) - np.array(camera.GetFocalPoint())
        camera.SetFocalPoint(*place)
        camera.SetPosition(*(np.array(place) + back))
        camera.SetParallelScale(across_mm / 2.0)

    def _stand(self, towards: tuple[float, float, float], up: tuple[float, float, float]) -> None:
        camera = self.renderer.GetActiveCamera()
        camera.SetFocalPoint(0.0, 0.0, 0.0)
        camera.SetPosition(*towards)
        camera.SetViewUp(*up)
        self.renderer.ResetCamera()
        camera.Zoom(1.35)  # VTK fits a ball around the scene, which leaves a wide margin

    def screen(self, space: str, width: float, height: float) -> Raster:
        """The screen as a raster of this many pixels: where things are on it, and the letters at its edges."""
        camera = self.renderer.GetActiveCamera()
        up = np.array(camera.GetViewUp())
        towards_viewer = -np.array(camera.GetDirectionOfProjection())
        up = up - (up @ towards_viewer) * towards_viewer
        plane = SlicePlane.of(camera.GetFocalPoint(), np.cross(up, towards_viewer), up, space)
        return Raster(plane, width, height, 2.0 * camera.GetParallelScale() / height)

    @property
    def has_anything(self) -> bool:
        return any(self._groups.values())

    def clear(self) -> None:
        """Nothing at all; the volumes are let go of."""
        for group in list(self._groups):
            self._replace(group, [])
        self._shown.clear()
        self._made.clear()
        self._planes.clear()
        self._slicer.forget()

    def _is_new(self, group: str, shown: object) -> bool:
        if self._shown.get(group) == shown:
            return False
        self._shown[group] = shown
        return True

    def _replace(self, group: str, actors: list[Any]) -> None:
        for actor in self._groups.pop(group, []):
            self.renderer.RemoveActor(actor)
        for actor in actors:
            self.renderer.AddActor(actor)
        self._groups[group] = actors


def plane_raster(layer: Layer, kind: PlaneKind, cursor: FloatArray, space: str) -> Raster:
    """A raster over the whole bottom volume, through the cursor."""
    plane = SlicePlane.orthogonal(kind, cursor, space)
    uv = plane.to_plane(layer_corners_mm(layer))
    low, high = uv.min(axis=0), uv.max(axis=0)
    mm_per_px = float((high - low).max()) / PICTURE_PX
    width, height = np.ceil((high - low) / mm_per_px)
    return Raster(plane.at(plane.to_world((low + high) / 2.0)), float(width), float(height), mm_per_px)
