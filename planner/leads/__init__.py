"""Straight paths, contact positions, clearances and the probe's-eye frame."""
