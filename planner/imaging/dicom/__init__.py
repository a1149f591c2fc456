"""DICOM series: headers, grouping, stacking at true positions, pixels. LPS becomes RAS here."""
