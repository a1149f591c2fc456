"""The second grid: nested cubes, for every kind and number of leads.

Paddles, curved leads, several leads that may cross or touch, and straight ones too (``planner.field.solver`` fits its
grid to one straight round lead and is quicker there). No mesh is made: nothing can fail to be meshed.

- ``bodies``: leads where they lie, in the frame of the cubes (turned with the first lead; a paddle's face lies exactly
  on faces of cubes). ``body_kernels``: signed distances, and where on which contact the nearest surface lies.
- ``tree``: cubes that halve near bodies, contacts and contacts' edges, and grow in proportion to the distance.
  Neighbours differ by one level. What is wholly lead, or outside the model, is no cube: inactive, not a weak conductor.
- ``link_kernels``: conductances. Tissue in halves of cubes, sampled at voxel centres; a half cut by the encapsulation
  is two layers at their angle. Beside insulation a link has the open part of its face, exact for a plane; where a
  contact's surface passes between two middles the outer is joined to the contact over the true distance; contacts'
  edges share faces by area. Links at an edge are strengthened for the square-root singularity (EDGE_BOOST).
- ``multigrid_kernels``: one coarse cube meets four finer ones through their mean, so linear potentials are exact and
  the matrix stays symmetric. Conjugate gradients in double precision, one multigrid cycle in single precision before
  each step; four contacts at once, blocks of four on two threads. 12 to 15 iterations whatever the size and the pose.
- ``cross_kernels``: the cross terms of tensors, in the conjugate gradients only.
- ``field_kernels``: E from open faces only; ``reading_kernels``: E is linear in a cube, with slopes from neighbours in
  the same tissue. ``units``, ``cube_map``: as :class:`planner.field.UnitSolutions` and ``FieldMap`` (see
  ``superposition``, the part they share).
- ``contacts``: contacts that lie in each other or in another lead are refused in words.

Round leads are left out of cubes larger than about their radius: far from the contacts the shaft does not matter.
Measured by ``planner bench cubes``: within 0.3 % of the lead-fitted solver in impedance and volume, |E| from 0.35 mm on
0.2 % (median) and 0.8 % (90th percentile); in tissue of patches 0.3 % and 1.4 %. Where voxels of very different tissue
meet in steps near the contacts, the 90th percentile stays at several per cent, as it does for the lead-fitted solver.
"""
