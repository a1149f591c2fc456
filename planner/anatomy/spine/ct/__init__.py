"""The spine on CT: canal, vertebrae, the canal's wall and the foramina, by their bone.

The method is classical and needs no trained weights: soft tissue enclosed by bone, its best way through the slices, a
wall seen from that way, and the rhythm of pedicles and discs along it.
"""

from planner.anatomy.spine.ct.canal import find_canal
from planner.anatomy.spine.ct.evidence import claim_names, level_signs
from planner.anatomy.spine.ct.foramina import SidePoint, foramina, pedicles
from planner.anatomy.spine.ct.vertebrae import find_vertebrae
from planner.anatomy.spine.ct.wall import CanalWall, canal_wall

__all__ = [
    "CanalWall",
    "SidePoint",
    "canal_wall",
    "claim_names",
    "find_canal",
    "find_vertebrae",
    "foramina",
    "level_signs",
    "pedicles",
]
