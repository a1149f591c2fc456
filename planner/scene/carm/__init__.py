"""What a C-arm would show: simulated radiographs of this patient's CT, and the exact projection of what is planned.

- ``geometry``: source, detector and the projection matrix. Everything drawn over a radiograph (needle, leads, level
  names) goes through the same matrix that casts its rays, so it lies where the radiograph says.
- ``squaring``: the angles that square a vertebra.
- ``attenuation``, ``rays``, ``ray_kernels``: from HU to line integrals.
- ``picture``: the line integrals as a monitor shows them, with marks.
"""

from planner.scene.carm.attenuation import Attenuation, attenuation_of
from planner.scene.carm.geometry import CArm
from planner.scene.carm.picture import RadiographPicture, radiograph_png
from planner.scene.carm.rays import radiograph
from planner.scene.carm.squaring import squared

__all__ = ["Attenuation", "CArm", "RadiographPicture", "attenuation_of", "radiograph", "radiograph_png", "squared"]
