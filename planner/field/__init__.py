"""Conductor model, solver, unit solutions and activated volume. Speaks geometry only."""
