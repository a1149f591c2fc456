"""Pictures of a parametric spine with known truth: CT and MRI volumes with labels, the same for the same seed.

- ``request``: what to picture and what comes back. ``surroundings``, ``scene``: the body as tables for the kernels.
- ``soft_kernels``, ``bone_kernels``, ``canal_kernels``: what each voxel holds. ``scanner``, ``ct``, ``mri``: the image.
- Looks are drawn, not measured: grey values and soft tissues carry no clinical number. The geometry of spine, canal,
  sac and cord is that of the parametric spine and is the truth that comes with the picture.
"""

from planner.anatomy.spine.synthetic.ct import ct_of, render_ct
from planner.anatomy.spine.synthetic.findings import Findings
from planner.anatomy.spine.synthetic.mri import render_mri
from planner.anatomy.spine.synthetic.request import Rendered, Truth, View

__all__ = ["Findings", "Rendered", "Truth", "View", "ct_of", "render_ct", "render_mri"]
