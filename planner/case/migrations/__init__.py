"""One file per format version: from version N to N+1."""
