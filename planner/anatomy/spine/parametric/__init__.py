"""A spine built from published measurements, in its own space or placed on a patient's canal.

- ``measures``: the numbers it is built from (handed in; ``steps/spine_measures`` puts them together from the tables).
- ``parameters``: what can be chosen: levels, stature, curve, canal size, conus, posture.
- ``line``: the canal's path with frames and the level at every point; ``own_line`` builds it from the measures.
- ``sections``: canal, sac and cord across the line. ``segments``, ``cord_inside``, ``roots``: what lies in them.
- ``solids``, ``vertebra_shape``: vertebrae as distance functions; ``lofts``: surfaces. ``spine`` gathers all of it.
"""

from planner.anatomy.spine.parametric.measures import SpineMeasures
from planner.anatomy.spine.parametric.parameters import Scoliosis, SpineParameters
from planner.anatomy.spine.parametric.spine import ParametricSpine

__all__ = ["ParametricSpine", "Scoliosis", "SpineMeasures", "SpineParameters"]
