"""The spine on CT: canal, vertebrae, the canal's wall and the foramina, by their bone.

The method is classical and needs no trained weights: soft tissue enclosed by bone, its best way through the slices, a
wall seen from that way, and the rhythm of pedicles and discs along it.
"""

from planner.anatomy.spine.ct.canal import find_canal
from planner.anatomy.spine.ct.vertebrae import find_vertebrae

__all__ = ["find_canal", "find_vertebrae"]
