"""``planner bench import``: a head T1 of 384 slices from files to the first picture, and what it takes of memory."""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import places
from planner.case.facts import volume_of
from planner.case.file import CaseFile
from planner.case.model import Image
from planner.case.store import ArrayStore
from planner.scene.slices import LayeredSlicer, Raster, SliceLayer, SlicePlane
from planner.steps.import_images import ImportRequest, import_images, scan

SHAPE = (256, 256, 384)
"""Columns, rows and slices of the series that is made; issue: first picture ≤ 1.5 s on a quiet two-core PC."""
SPACING_MM = (0.7, 0.85, 0.5)


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Wall seconds of each part and the peak memory (MB) of this process."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "dicom"
        files.mkdir()
        _write_series(files)
        with CaseFile.create(Path(folder) / "bench.noci") as case_file:
            begin = time.perf_counter()
            with scan([files]) as found:
                scanned = time.perf_counter()
                request = ImportRequest(found, tuple(one.key for one in found.series), case_file.case)
                image = import_images(request, case_file.store).images[0]
            imported = time.perf_counter()
            _first_picture(image, case_file.store)
            shown = time.perf_counter()
    return {
        "slices": SHAPE[2],
        "scan_s": scanned - begin,
        "import_s": imported - scanned,
        "draw_s": shown - imported,
        "first_picture_s": shown - begin,
        "peak_memory_mb": _peak_memory_mb(),
    }


def _write_series(folder: Path) -> None:
    """The sample head on a finer grid, as one classic MR series without compression."""
    import nibabel as nib
    from pydicom.uid import generate_uid

    image = nib.nifti1.Nifti1Image.from_filename(places.sample_head())
    head = np.asarray(image.dataobj)
    index = [np.linspace(0, n - 1, size).round().astype(int) for n, size in zip(head.shape, SHAPE, strict=True)]
    values = (head[np.ix_(*index)].astype(np.uint16) * 8).transpose(2, 1, 0)[:, ::-1]
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    for number, plane in enumerate(values):
        dataset = _slice(plane, number)
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = study, series, frame
        dataset.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)


def _slice(plane: NDArray[np.uint16], number: int) -> Any:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, generate_uid()
    dataset.PatientName, dataset.PatientID, dataset.Modality = "BENCH^HEAD", "BENCH-1", "MR"
    dataset.StudyDate, dataset.SeriesDescription, dataset.InstanceNumber = "20260101", "T1", number + 1
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.Rows, dataset.Columns = plane.shape
    dataset.PixelSpacing = [SPACING_MM[1], SPACING_MM[0]]
    dataset.SliceThickness = SPACING_MM[2]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [-90.0, -110.0, -70.0 + SPACING_MM[2] * number]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelData = np.ascontiguousarray(plane).tobytes()
    return dataset


def _first_picture(image: Image, store: ArrayStore) -> None:
    volume = volume_of(image, store)
    plane = SlicePlane.axial(volume.grid.centre_mm, volume.space)
    LayeredSlicer().picture(Raster(plane, 512, 512, 0.5), (SliceLayer(volume, image.window),))


def _peak_memory_mb() -> float | None:
    """None on Windows, which has no such figure in the standard library."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
