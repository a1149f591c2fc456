"""Hostile files are read in a process of their own: caps, deadline, cancel, plain data only."""
