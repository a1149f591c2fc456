"""Registration, tissue classes, landmarks and AC-PC. Speaks geometry only."""
