"""Fibre files: there and back, and hostile ones in words."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from planner.axons.reading import read_fibre_lines
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray

VTK = b"# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\n"
LINES = [
    np.array([[0.0, 0.0, 0.0], [1.5, 2.5, 3.5], [3.0, 4.0, 7.0]]),
    np.array([[-10.0, 5.0, 2.0], [-11.0, 5.5, 2.5]]),
]


def _write(path: Path) -> Path:
    tractogram = nibabel.streamlines.Tractogram([one.astype(np.float32) for one in LINES], affine_to_rasmm=np.eye(4))
    nibabel.streamlines.save(tractogram, str(path))
    return path


def _write_vtk(path: Path, lines: list[FloatArray] = LINES) -> Path:
    points = np.concatenate(lines)
    rows, start = [], 0
    for line in lines:
        rows.append(f"{len(line)} " + " ".join(str(start + n) for n in range(len(line))))
        start += len(line)
    text = "# vtk DataFile Version 3.0\nfibres\nASCII\nDATASET POLYDATA\n"
    text += f"POINTS {len(points)} float\n" + "\n".join(" ".join(f"{v:g}" for v in p) for p in points)
    text += f"\nLINES {len(lines)} {sum(len(line) + 1 for line in lines)}\n" + "\n".join(rows) + "\n"
    path.write_text(text)
    return path


def _write_vtp(path: Path) -> Path:
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

    points, cells, data = vtkPoints(), vtkCellArray(), vtkPolyData()
    for line in LINES:
        ids = [points.InsertNextPoint(*point) for point in line]
        cells.InsertNextCell(len(ids), ids)
    data.SetPoints(points)
    data.SetLines(cells)
    writer = vtkXMLPolyDataWriter()
    writer.SetFileName(str(path))
    writer.SetInputData(data)
    writer.Write()
    return path


@pytest.mark.parametrize("name", ["a.trk", "a.tck", "ñ.vtk", "a.vtp"])
def test_that_lines_come_back_as_they_were_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    {".vtk": _write_vtk, ".vtp": _write_vtp}.get(path.suffix, _write)(path)
    found = read_fibre_lines(path)
    assert found.left_out == 0
    for line, wanted in zip(found.lines, LINES, strict=True):
        assert np.allclose(line, wanted, atol=1e-4)  # the files keep single precision


def test_that_a_vtk_file_in_lps_is_turned_to_ras(tmp_path: Path) -> None:
    found = read_fibre_lines(_write_vtk(tmp_path / "a.vtk"), frame="lps")
    assert np.allclose(found.lines[0][2], (-3.0, -4.0, 7.0))


def test_that_lines_of_one_place_are_left_out_and_counted(tmp_path: Path) -> None:
    path = _write_vtk(tmp_path / "a.vtk", [*LINES, np.zeros((2, 3))])
    assert read_fibre_lines(path).left_out == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.trk", b"", "fibre-file-damaged"),
        ("a.trk", b"TRACK\0" + b"\xff" * 2000, "fibre-file-damaged"),
        ("a.tck", b"mrtrix tracks\ncount: 99999999999\n", "fibre-file-damaged"),
        ("a.tck", b"\x89PNG\r\n", "fibre-file-damaged"),
        ("a.vtk", b"<html>", "fibre-file-damaged"),
        ("a.vtk", VTK + b"POINTS 99999999999 float\n", "fibre-file-damaged"),
        ("a.vtk", VTK + b"POINTS 1 float\n0 0 0\n", "fibre-file-empty"),
        ("a.vtk", VTK + b"POINTS 2 float\n0 0 0 1 1 1\nLINES 1 3\n2 0 7\n",
         "fibre-file-damaged"),
        ("a.vtk", VTK + b"POINTS 2 float\n0 0 0 9e9 1 1\nLINES 1 3\n2 0 1\n",
         "fibre-file-damaged"),
        ("a.vtp", b"<VTKFile type='PolyData'><PolyData", "fibre-file-damaged"),
        ("a.csv", b"0,0,0", "fibre-file-kind"),
    ],
)  # fmt: skip
def test_that_hostile_files_are_refused_in_words(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RefusedError) as refused:
        read_fibre_lines(path)
    assert refused.value.code == code
    assert name in refused.value.text


def test_that_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "no.trk", tmp_path):
        with pytest.raises(RefusedError) as refused:
            read_fibre_lines(path)
        assert refused.value.code == "fibre-file-missing"


def test_that_cut_off_files_are_refused_and_never_half_read(tmp_path: Path) -> None:
    for name in ("a.trk", "a.tck", "a.vtp"):
        path = tmp_path / name
        (_write_vtp if name.endswith("vtp") else _write)(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * 0.97) - 8])
        with pytest.raises(RefusedError):
            read_fibre_lines(path)
