"""The second grid: nested cubes, for every kind and number of leads. See :mod:`planner.field.cubes.model`."""
