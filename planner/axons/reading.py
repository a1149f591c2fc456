"""Fibre lines from files: TrackVis TRK and MRtrix TCK (through nibabel), VTK polydata in its old and its XML form.

Files come from anywhere: sizes are bounded before anything is read, everything odd is refused in words, and positions
become RAS mm here (VTK files carry no frame; who wrote one must say whether it is LPS).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress

LARGEST_FILE_BYTES = 2_000_000_000
MOST_LINES = 200_000
MOST_POINTS_IN_ALL = 50_000_000
FARTHEST_MM = 2_000.0
"""No part of a body is farther from a scanner's origin."""
READ_EVERY = 500
HEAD_BYTES = 1 << 20
LONGEST_LINE_BYTES = 4096
"""Headings of an old VTK file are short; binary data has no lines."""

Frame = Literal["ras", "lps"]


@dataclass(frozen=True, slots=True, eq=False)
class FibreLines:
    """(N, 3) RAS mm each, in the file's order. ``left_out`` counts lines of fewer than two different points."""

    lines: tuple[FloatArray, ...]
    left_out: int
    format: str


def read_fibre_lines(path: Path, *, frame: Frame = "ras", progress: Progress = SILENT) -> FibreLines:
    """By the file's ending: .trk, .tck, .vtk, .vtp. ``frame`` counts for VTK only.

    Raises RefusedError: "fibre-file-missing", "fibre-file-kind", "fibre-file-large", "fibre-file-damaged",
    "fibre-file-empty".
    """
    size = _checked_size(path)
    ending = path.suffix.lower()
    readers = {".trk": _read_streamlines, ".tck": _read_streamlines, ".vtk": _read_vtk, ".vtp": _read_vtk}
    if ending not in readers:
        text = _("{name} is no fibre file this program reads. Give a TRK, TCK, VTK or VTP file.")
        raise RefusedError(text.format(name=path.name), code="fibre-file-kind")
    if size > LARGEST_FILE_BYTES:
        text = _("{name} is larger than {most} GB. Take a part of the fibres.")
        raise RefusedError(text.format(name=path.name, most=LARGEST_FILE_BYTES // 10**9), code="fibre-file-large")
    try:
        raw = readers[ending](path, progress)
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # the readers raise whatever a hostile header makes of them
        text = _("{name} cannot be read as fibres: the file is damaged or not what its name says.")
        raise RefusedError(text.format(name=path.name), code="fibre-file-damaged") from error
    return _checked(raw, path, ending[1:], frame if ending in (".vtk", ".vtp") else "ras")


def _checked_size(path: Path) -> int:
    try:
        if not path.is_file():
            raise FileNotFoundError(path)
        return path.stat().st_size
    except OSError as error:
        text = _("There is no file {name}.")
        raise RefusedError(text.format(name=path.name), code="fibre-file-missing") from error


def _read_streamlines(path: Path, progress: Progress) -> list[FloatArray]:
    """nibabel gives RAS mm for both kinds. Lazily, so that a lying header allocates nothing."""
    import nibabel

    with path.open("rb") as file:
        magic = file.read(20)
    if path.suffix.lower() == ".trk" and not magic.startswith(b"TRACK"):
        raise ValueError("no TRK magic")
    if path.suffix.lower() == ".tck" and not magic.startswith(b"mrtrix tracks"):
        raise ValueError("no TCK magic")
    loaded = nibabel.streamlines.load(str(path), lazy_load=True)  # type: ignore[no-untyped-call]
    announced = int(loaded.header.get("nb_streamlines", 0) or 0)
    found = _gathered(loaded.tractogram.streamlines, path, progress)
    if announced and announced != len(found):
        raise ValueError("cut off: fewer fibres than announced")
    return found


def _gathered(lines: Iterable[Any], path: Path, progress: Progress) -> list[FloatArray]:
    found: list[FloatArray] = []
    points = 0
    for number, line in enumerate(lines):
        array = np.array(line, dtype=np.float64)
        points += len(array)
        if number >= MOST_LINES or points > MOST_POINTS_IN_ALL:
            text = _("{name} has too many fibres or points (most: {lines} fibres, {points} points). Take a part.")
            words = text.format(name=path.name, lines=MOST_LINES, points=MOST_POINTS_IN_ALL)
            raise RefusedError(words, code="fibre-file-large")
        found.append(array)
        if number % READ_EVERY == 0:
            progress(min(number / MOST_LINES, 0.9), _("Reading fibres"))
    return found


def _read_vtk(path: Path, progress: Progress) -> list[FloatArray]:
    """The polylines and lines of a polydata. What VTK's reader complains about is damage."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    _refuse_lying_counts(path)
    data = _polydata(path)
    if data is None or data.GetPoints() is None or data.GetNumberOfLines() == 0:
        return []
    points = vtk_to_numpy(data.GetPoints().GetData()).astype(np.float64)
    offsets = vtk_to_numpy(data.GetLines().GetOffsetsArray()).astype(np.int64)
    order = vtk_to_numpy(data.GetLines().GetConnectivityArray()).astype(np.int64)
    if len(order) and (order.min() < 0 or order.max() >= len(points)):
        raise ValueError("a line names a point that does not exist")
    if (np.diff(offsets) < 0).any() or offsets[-1] > len(order):
        raise ValueError("offsets out of order")
    parts = (points[order[low:high]] for low, high in pairwise(offsets))
    return _gathered(parts, path, progress)


def _polydata(path: Path) -> Any:
    """Read with VTK's own reader, its messages caught. Raises ValueError when it complained."""
    from vtkmodules.vtkCommonCore import vtkCommand, vtkLogger
    from vtkmodules.vtkIOLegacy import vtkPolyDataReader
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    reader = vtkXMLPolyDataReader() if path.suffix.lower() == ".vtp" else vtkPolyDataReader()
    complaints: list[str] = []
    for source in (reader, reader.GetXMLParser() if hasattr(reader, "GetXMLParser") else None):
        if source is not None:
            for event in (vtkCommand.ErrorEvent, vtkCommand.WarningEvent):
                source.AddObserver(event, lambda *_arguments: complaints.append("vtk"))
    reader.SetFileName(str(path))
    before = vtkLogger.GetCurrentVerbosityCutoff()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)  # what it says is said in our words
    try:
        reader.Update()
    finally:
        vtkLogger.SetStderrVerbosity(before)
    if complaints:
        raise ValueError("VTK's reader complained")
    return reader.GetOutput()


def _refuse_lying_counts(path: Path) -> None:
    """A header that announces more points or cells than the file can hold would make VTK allocate them."""
    size = path.stat().st_size
    if path.suffix.lower() == ".vtp":
        _refuse_lying_xml(path, size)
        return
    with path.open("rb") as file:
        if not file.read(2048).startswith(b"# vtk DataFile"):
            raise ValueError("no VTK magic")
        file.seek(0)
        while raw := file.readline(LONGEST_LINE_BYTES):
            words = raw[:200].split()
            if words and words[0].upper() in (b"POINTS", b"LINES", b"POLYGONS", b"OFFSETS", b"CONNECTIVITY"):
                counts = [int(word) for word in words[1:3] if word.lstrip(b"-").isdigit()]
                if any(count < 0 or count > size for count in counts):
                    raise ValueError("a count larger than the file")


def _refuse_lying_xml(path: Path, size: int) -> None:
    """Points compress to a small part of themselves, never to less than a hundredth of a byte each."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(size - 200, 0))
        is_whole = b"</VTKFile>" in file.read()
    if b"<VTKFile" not in head[:2048] or b"<!DOCTYPE" in head or b"<!ENTITY" in head or not is_whole:
        raise ValueError("no whole VTK XML file")
    for count in re.findall(rb"NumberOf\w+=[\"'](\d{1,30})[\"']", head):
        if int(count) > 100 * size:
            raise ValueError("a count larger than the file")


def _checked(raw: Sequence[FloatArray], path: Path, kind: str, frame: Frame) -> FibreLines:
    sign = np.array([-1.0, -1.0, 1.0]) if frame == "lps" else np.ones(3)
    lines: list[FloatArray] = []
    for line in raw:
        if (
            line.ndim != 2
            or line.shape[1] != 3
            or not np.isfinite(line).all()
            or np.abs(line).max(initial=0) > FARTHEST_MM
        ):
            text = _("{name} has positions that are not numbers or lie metres away. It is damaged or in other units.")
            raise RefusedError(text.format(name=path.name), code="fibre-file-damaged")
        if len(line) >= 2 and (line[1:] != line[:-1]).any():
            lines.append(line * sign)
    if not lines:
        text = _("{name} has no fibres in it.")
        raise RefusedError(text.format(name=path.name), code="fibre-file-empty")
    return FibreLines(tuple(lines), len(raw) - len(lines), kind)
