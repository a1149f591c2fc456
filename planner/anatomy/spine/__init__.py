"""The spine in images and as a parametric atlas: canal, vertebrae and their names, sac, cord, roots, ganglia."""
