"""Slice views, the probe's-eye view and the 3-D view."""
