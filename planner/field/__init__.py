"""The electric field of leads in tissue, and what it reaches.

div(sigma grad V) = 0, quasi-static, sigma a number or a symmetric tensor at every place. One straight round lead is
solved on a grid of its own, described here; paddles, curved and several leads on nested cubes (``cubes``). What the
answers of both can do stands in ``superposition``. How a straight lead is solved:

- ``grid``: cells fitted to the lead, spherical below the centre of its tip and cylindrical above, so no cell cuts the
  lead and the lead's body is not in the system. Faces lie on every contact edge and on the encapsulation.
- ``conductor``: tissue from a constant or a label image, ``tensors``: along and across fibres, or from diffusion;
  ``sampling``: both in the eighths of cells, through the image's affine (voxel centres).
- ``system``: finite volumes with two-point fluxes; contacts are fixed potentials behind the faces they cover.
- ``edges``: near a contact's edge the flux is scaled to the known square-root singularity; without this the impedance
  is first order (1 % at 0.03 mm cells), with it 0.1 % at 0.1 mm.
- ``cross``: what tensors add, as a power that is a sum of squares over eighths of cells, so that the system stays
  symmetric and positive; ``stencil`` collects it. More angles where tissue is anisotropic across the shaft.
- ``preconditioner``: the system averaged around the shaft, solved exactly by angular modes, with the compiled
  triangular solves of ``plane_kernels``; ``solver``: conjugate gradients with it, all contacts side by side. Two
  iterations for rings in homogeneous tissue, some tens in labelled tissue, however fine the cells.
- ``units``: 1 V on each contact in turn gives the Maxwell matrix; inactive contacts float through its inverse, and
  every programme is a sum; ``drive`` finds the sum for held voltages. ``case_ball``: the ground on one side only.
- ``flow``, ``axis`` and ``field_map``: E from the fluxes through open faces, and values at points.
- ``readings``: activating function along fibres, and values on a regular grid; ``current``: through any surface.
- ``activated``, ``isosurface``, ``overlap``: tissue above a threshold by cell fractions, its closed surface, its share
  of structures.

Units: S/m times mm is mS, mS times V is mA, and mA per mm² over S/m is V/mm.
"""

from planner.field.activated import Activated
from planner.field.case_ball import CaseBall
from planner.field.conductor import Capsule, Conductor, Tissue
from planner.field.drive import Drive
from planner.field.field_map import FieldMap, Samples
from planner.field.grid import Domain, Resolution
from planner.field.lead import ContactShape, LeadShape, Pose
from planner.field.solver import FieldOptions, solve_units
from planner.field.tensors import TensorTissue
from planner.field.units import UnitSolutions

__all__ = [
    "Activated",
    "Capsule",
    "CaseBall",
    "Conductor",
    "ContactShape",
    "Domain",
    "Drive",
    "FieldMap",
    "FieldOptions",
    "LeadShape",
    "Pose",
    "Resolution",
    "Samples",
    "TensorTissue",
    "Tissue",
    "UnitSolutions",
    "solve_units",
]
