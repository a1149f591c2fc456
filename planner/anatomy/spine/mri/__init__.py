"""The spine in T2 and T1 MRI: canal, sac, cord, vertebrae from their discs."""

from planner.anatomy.spine.mri.canal import find_canal
from planner.anatomy.spine.mri.cord import DorsalFluid, MriCord, find_cord, fluid_by_level
from planner.anatomy.spine.mri.vertebrae import find_vertebrae

__all__ = ["DorsalFluid", "MriCord", "find_canal", "find_cord", "find_vertebrae", "fluid_by_level"]
