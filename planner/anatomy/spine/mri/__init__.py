"""The spine in T2 and T1 MRI: canal, sac, cord, vertebrae from their discs."""

from planner.anatomy.spine.mri.canal import find_canal

__all__ = ["find_canal"]
