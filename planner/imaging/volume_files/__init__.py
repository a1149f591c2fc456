"""NIfTI, Analyze, MGH and NRRD: every header read twice and compared."""
