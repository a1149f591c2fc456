"""DICOM and NIfTI in and out. DICOM's LPS becomes RAS here."""
