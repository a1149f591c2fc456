"""Devices, tissues, atlases and targets: read-only, every number with its source and status."""
