"""Rows H123 to H126 of the table of hostile inputs: data that would become code, and meshes nobody reads yet."""

import ast
import json
import pickle
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

import planner
from planner.imaging.apart.child import ChildWorker
from planner.imaging.scanning import scan_sources
from planner.imaging.series import Outcome

NIBABEL_DATA = Path(nib.__file__).parent / "tests" / "data"
BANNED_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml", "torch"}
BANNED_XML = {"xml", "lxml", "plistlib", "xmlrpc"}
HARMLESS_XML = {"xml.sax.saxutils"}
"""Escapes text for a report; parses nothing."""
BANNED_CALLS = {"eval", "exec", "compile", "__import__"}
BANNED_METHODS = {"loadmat", "read_pickle", "system", "popen", "fromregex"}


class Canary:
    """Its pickle writes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def sources() -> list[Path]:
    return sorted(Path(planner.__file__).parent.rglob("*.py"))


def offences(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [name for name in names if _is_banned(name)]
        if isinstance(node, ast.Call):
            found += _offending_call(node)
    return found


def _is_banned(module: str) -> bool:
    return module.split(".")[0] in BANNED_MODULES | BANNED_XML and module not in HARMLESS_XML


def _offending_call(node: ast.Call) -> list[str]:
    if isinstance(node.func, ast.Name) and node.func.id in BANNED_CALLS:
        return [node.func.id]
    if not isinstance(node.func, ast.Attribute):
        return []
    if node.func.attr in BANNED_METHODS:
        return [node.func.attr]
    named = {word.arg: word.value for word in node.keywords}
    allow = named.get("allow_pickle")
    is_numpy = isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy")
    if is_numpy and node.func.attr in ("load", "save") and not (isinstance(allow, ast.Constant) and not allow.value):
        return [f"np.{node.func.attr} without allow_pickle=False"]
    shell = named.get("shell")
    return ["shell=True"] if isinstance(shell, ast.Constant) and shell.value else []


def test_that_nothing_in_the_program_can_turn_data_into_code() -> None:
    """H123, H124: no pickle, YAML, XML, eval, shell or .mat reader; numpy files never with objects."""
    found = {str(path): offences(ast.parse(path.read_text(encoding="utf-8"))) for path in sources()}
    assert {path: what for path, what in found.items() if what} == {}
    assert len(found) > 50


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from yaml import load", "import xml.etree.ElementTree as e", "eval('1')", "np.load(p)",
     "np.load(p, allow_pickle=True)", "scipy.io.loadmat(p)", "subprocess.run(c, shell=True)"],
)  # fmt: skip
def test_that_the_search_for_offences_finds_them(code: str) -> None:
    assert offences(ast.parse(code))


def hostile_files(folder: Path, canary: Path) -> None:
    payload = pickle.dumps(Canary(canary))
    for name in ("model.pt", "data.pkl", "data.joblib", "data.npy", "study"):
        (folder / name).write_bytes(payload)
    np.save(folder / "objects.npy", np.array([Canary(canary)], dtype=object), allow_pickle=True)
    (folder / "objects.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(109) + payload)
    (folder / "tags.yaml").write_text(f"!!python/object/apply:pathlib.Path.touch [{canary}]")
    (folder / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
    (folder / "nan.json").write_text('{"a": NaN, "b": 1e999}')
    (folder / "deep.json").write_text("[" * 10_000)


def mesh_files(folder: Path) -> None:
    (folder / "nan.stl").write_bytes(bytes(80) + (1).to_bytes(4, "little") + b"\xff" * 50)
    (folder / "huge.stl").write_bytes(bytes(80) + (2**31).to_bytes(4, "little"))
    (folder / "a.ply").write_text("ply\nformat ascii 1.0\nelement vertex 2147483648\nend_header\n")
    (folder / "a.obj").write_text("v nan nan nan\nf 1 2 3\n")
    (folder / "a.vtk").write_text("# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 2147483648 float\n")


@pytest.mark.parametrize("kind", ["H123-H124", "H125", "H126"])
def test_that_such_files_are_listed_as_no_image_and_never_loaded(tmp_path, worker: ChildWorker, kind) -> None:
    folder = tmp_path / "disc"
    folder.mkdir()
    canary = tmp_path / "ran"
    if kind == "H123-H124":
        hostile_files(folder, canary)
    elif kind == "H125":
        mesh_files(folder)
    else:
        for name in ("no_magic_number.tck", "no_header_end.tck", "empty.trk", "matlab_nan.tck"):
            shutil.copy(NIBABEL_DATA / name, folder / name)
    found = scan_sources([folder], worker=worker)
    assert found.series == ()
    assert {Path(line.path).name for line in found.lines} == {path.name for path in folder.iterdir()}
    assert {line.outcome for line in found.lines} <= {Outcome.SKIPPED, Outcome.REFUSED}
    assert all(line.reason.words() for line in found.lines)
    assert not canary.exists()


def test_that_deep_or_endless_json_from_a_reader_is_refused(tmp_path) -> None:
    """H124, where the program itself reads JSON that a stranger's process wrote."""
    from planner.imaging.apart import plain

    for data in (b"[" * 10_000, b'{"#": 1e999}', json.dumps({"#": "array", "file": "../x.npy"}).encode()):
        with pytest.raises(plain.NotPlainError):
            plain.unpack(data, tmp_path)
