"""Where files come from: folders, discs, zips and DICOMDIR, none of them trusted."""
