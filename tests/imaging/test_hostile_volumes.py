"""Rows H127 to H146 of the table of hostile and odd inputs: each is asked, refused or accepted as it expects.

Every file goes through the reading process; on top of the word, nothing may crash it and nothing is left behind.
"""

import gzip
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import volume_samples as samples

from planner.errors import SpaceMismatchError
from planner.geometry import Grid, Volume
from planner.imaging.apart.child import ChildWorker
from planner.imaging.sources.files import find_files
from planner.imaging.volume_files import voxel_file
from planner.imaging.volume_files.volume_header import Layout, VolumeProblem
from planner.imaging.volume_files.volumes import survey_volume

NIBABEL_DATA = Path(nib.__file__).parent / "tests" / "data"
Build = Callable[[Path], Path]


def mirrored(path: Path) -> Path:
    other = samples.AFFINE.copy()
    other[0] *= -1
    return samples.write_nifti(path / "a.nii", qform=other)


def shifted(path: Path) -> Path:
    other = samples.AFFINE.copy()
    other[0, 3] += 25.0
    return samples.write_nifti(path / "a.nii", qform=other)


def sheared(path: Path) -> Path:
    affine = samples.AFFINE.copy()
    affine[0, 1] = 0.6
    return samples.write_nifti(path / "a.nii", affine=affine)


def left_handed(path: Path) -> Path:
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    return samples.write_nifti(path / "a.nii", affine=samples.AFFINE @ flip)


def patched(at: int, form: str, *numbers: float, data: np.ndarray | None = None) -> Build:
    return lambda path: samples.patch(samples.write_nifti(path / "a.nii", data=data), at, form, *numbers)


def both(*changes: tuple[int, str, tuple[float, ...]]) -> Build:
    def build(path: Path) -> Path:
        file = samples.write_nifti(path / "a.nii")
        for at, form, numbers in changes:
            samples.patch(file, at, form, *numbers)
        return file

    return build


def plain(data: np.ndarray) -> Build:
    return lambda path: samples.write_nifti(path / "a.nii", data=data)


def packed(change: Callable[[bytes], bytes]) -> Build:
    def build(path: Path) -> Path:
        file = path / "a.nii.gz"
        file.write_bytes(change(gzip.compress(samples.write_nifti(path / "plain.nii").read_bytes())))
        return file

    return build


def half_packed(path: Path) -> Path:
    data = samples.write_nifti(path / "plain.nii").read_bytes()
    (path / "a.nii.gz").write_bytes(gzip.compress(data[: len(data) // 2]))
    return path / "a.nii.gz"


def nearly_half_turned(path: Path) -> Path:
    """Short of half a turn by a thousandth: nibabel takes it for half a turn, nifti1_io.c does not (0.02 mm here)."""
    file = samples.write_nifti(path / "a.nii")
    samples.patch(file, 252, "2h", 1, 0)
    return samples.patch(file, 256, "3f", 1.0 - 2.0**-23, 0.0, 0.0)


def sample(*names: str) -> Build:
    def build(path: Path) -> Path:
        for name in names:
            shutil.copy(NIBABEL_DATA / name, path / name)
        return path / names[0]

    return build


def flip_byte(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0x40
    return bytes(changed)


def without_image(path: Path) -> Path:
    file = samples.write_nifti(path / "a.hdr", kind=nib.Nifti1Pair)
    file.with_suffix(".img").unlink()
    return file


def without_header(path: Path) -> Path:
    samples.write_nifti(path / "a.hdr", kind=nib.Nifti1Pair).unlink()
    return path / "a.img"


def mgh(at: int, form: str, *numbers: float) -> Build:
    def build(path: Path) -> Path:
        file = samples.write_mgh(path / "a.mgh")
        data = bytearray(file.read_bytes())
        struct.pack_into(">" + form, data, at, *numbers)
        file.write_bytes(data)
        return file

    return build


def nrrd(*fields: str, data: bytes | None = None, encoding: str = "raw") -> Build:
    return lambda path: samples.write_nrrd(path / "a.nrrd", *fields, data=data, encoding=encoding)


def colour(path: Path) -> Path:
    data = np.zeros(samples.SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(data, samples.AFFINE), path / "a.nii")
    return path / "a.nii"


def wide(value: int) -> np.ndarray:
    data = samples.values("int64")
    data[3, 3, 3] = value
    return data


SROW_PLACES = [280 + 4 * n for n in range(12)]
CASES: list[tuple[str, str, Build, str]] = [
    ("H127", "forms say opposite sides", mirrored, "ask volume-sides-contradict"),
    ("H128", "forms 25 mm apart", shifted, "ask volume-places-contradict"),
    ("H129", "no forms", patched(252, "2h", 0, 0), "ask volume-orientation-unknown"),
    ("H129", "analyze", sample("analyze.hdr"), "refuse volume-pair-missing"),
    ("H129", "nrrd without space", nrrd("space: ", "space directions: ", "space origin: ", "space units: ",
        "spacings: 2 2 2"), "ask volume-orientation-unknown"),
    ("H129", "mgh without directions", mgh(28, "h", 0), "ask volume-orientation-unknown"),
    ("H130", "NaN affine", patched(280, "f", float("nan")), "refuse volume-not-finite"),
    ("H130", "NaN nrrd", nrrd("space directions: (nan,0,0) (0,2,0) (0,0,2)"), "refuse volume-not-finite"),
    ("H130", "NaN mgh", mgh(42, "f", float("nan")), "refuse volume-not-finite"),
    ("H131", "zero row", patched(312, "4f", 0, 0, 0, 0), "refuse volume-singular"),
    ("H131", "singular nrrd", nrrd("space directions: (2,0,0) (2,0,0) (0,0,2)"), "refuse volume-singular"),
    ("H132", "sheared", sheared, "ask volume-places-contradict volume-sheared"),
    ("H133", "left-handed", left_handed, "accept"),
    ("H134", "pixdim 0", patched(80, "f", 0.0), "refuse volume-spacing"),
    ("H134", "pixdim NaN", patched(84, "f", float("nan")), "refuse volume-spacing"),
    ("H134", "pixdim of other voxels", patched(80, "f", 3.0), "refuse volume-spacing-contradiction"),
    ("H135", "pixdim -2", patched(80, "f", -2.0), "refuse volume-spacing"),
    ("H136", "metres", patched(123, "B", 1), "ask volume-unit-metre"),
    ("H136", "microns", patched(123, "B", 3), "ask volume-unit-micron"),
    ("H136", "metres in nrrd", nrrd('space units: "m" "m" "m"'), "ask volume-unit-metre"),
    ("H137", "slope 0", patched(112, "f", 0.0), "accept"),
    ("H137", "slope NaN", patched(112, "f", float("nan")), "refuse volume-scaling"),
    ("H137", "slope inf", patched(112, "f", float("inf")), "refuse volume-scaling"),
    ("H137", "intercept -inf", patched(116, "f", float("-inf")), "refuse volume-scaling"),
    ("H138", "half a file", lambda p: samples.cut(samples.write_nifti(p / "a.nii"), 0.5), "refuse volume-truncated"),
    ("H138", "half a gzip", packed(lambda data: data[: len(data) // 2]), "refuse volume-truncated"),
    ("H138", "a header only", lambda p: samples.cut(samples.write_nifti(p / "a.nii"), 0.1), "refuse volume-truncated"),
    ("H138", "half a nrrd", lambda p: samples.cut(samples.write_nrrd(p / "a.nrrd"), 0.7), "refuse volume-truncated"),
    ("H138", "a sound gzip of half a file", half_packed, "refuse volume-truncated"),
    ("H139", "offset 1e9", patched(108, "f", 1e9), "refuse volume-truncated"),
    ("H139", "offset negative", patched(108, "f", -352.0), "refuse volume-offset"),
    ("H139", "offset inside the header", patched(108, "f", 100.0), "refuse volume-offset"),
    ("H139", "offset NaN", patched(108, "f", float("nan")), "refuse volume-offset"),
    ("H139", "offset broken", patched(108, "f", 352.5), "refuse volume-offset"),
    ("H140", "dim negative", patched(42, "h", -12), "refuse volume-sizes-bad"),
    ("H140", "dim zero", patched(44, "h", 0), "refuse volume-sizes-bad"),
    ("H140", "dim huge", patched(42, "3h", 32767, 32767, 32767), "refuse volume-absurd-size volume-too-large"),
    ("H140", "rank 0", patched(40, "h", 0), "refuse volume-sizes-bad"),
    ("H140", "rank 8", patched(40, "h", 8), "refuse volume-sizes-bad"),
    ("H140", "flat", patched(40, "h", 2), "refuse volume-flat volume-longer-than-header"),
    ("H140", "nrrd sizes huge", nrrd("sizes: 999999999 999999999 999999999"), "refuse volume-too-large"),
    ("H140", "nrrd sizes negative", nrrd("sizes: -12 10 8"), "refuse volume-sizes-bad"),
    ("H140", "mgh sizes huge", mgh(4, "3i", 2**31 - 1, 2**31 - 1, 2), "refuse volume-too-large"),
    ("H141", "the row that hangs", patched(296, "4f", 3.56e-43, float("-inf"), 0, -48), "refuse volume-not-finite"),
    *(
        ("H141", f"infinite at byte {at}", patched(at, "f", float("inf")), "refuse volume-not-finite")
        for at in SROW_PLACES
    ),
    ("H141", "infinite quaternion", patched(256, "f", float("inf")), "refuse volume-not-finite"),
    ("H141", "huge offset", patched(292, "f", 3e38), "refuse volume-far-away"),
    ("H141", "huge axis", both((280, "f", (3e38,)), (80, "f", (3e38,))), "refuse volume-absurd-size"),
    ("H141", "quaternion over 1", both((256, "3f", (0.9, 0.9, 0.9))), "refuse volume-quaternion"),
    ("H141", "a turn that readers round differently", nearly_half_turned, "refuse volume-readers-disagree"),
    ("H142", "bomb behind the picture", lambda p: samples.bomb(p / "a.nii.gz", 60), "refuse volume-longer-than-header"),
    ("H143", "gzip CRC wrong", packed(lambda data: flip_byte(data, -6)), "refuse volume-gzip-damaged"),
    ("H143", "gzip length wrong", packed(lambda data: flip_byte(data, -2)), "refuse volume-gzip-damaged"),
    ("H143", "gzip data wrong", packed(lambda data: flip_byte(data, len(data) // 2)), "refuse volume-gzip-damaged"),
    ("H143", "junk behind", packed(lambda data: data + b"junk"), "refuse volume-junk-at-end"),
    ("H143", "zeros behind", packed(lambda data: data + bytes(512)), "accept"),
    ("H143", "nrrd gzip CRC", nrrd(encoding="gzip", data=None), "accept"),
    ("H144", "4-D", plain(samples.values("int16", (*samples.SHAPE, 4))), "ask volume-which"),
    ("H144", "4-D sample", sample("example4d.nii.gz"), "ask volume-which"),
    ("H144", "functional sample", sample("functional.nii"), "ask volume-which"),
    ("H144", "5-D", plain(samples.values("int16", (*samples.SHAPE, 1, 3))), "refuse volume-vectors"),
    ("H144", "RGB", colour, "refuse volume-colour"),
    ("H144", "complex", plain(samples.values("complex64")), "refuse volume-complex"),
    ("H144", "int64 that fits", plain(wide(2**31 - 1)), "accept volume-integers-narrowed"),
    ("H144", "int64 that does not", plain(wide(2**31)), "refuse volume-wide-integers"),
    ("H144", "float128", patched(70, "2h", 1536, 128), "refuse volume-type"),
    ("H144", "unknown type", patched(70, "2h", 99, 16), "refuse volume-type"),
    ("H144", "type and bits differ", patched(72, "h", 8), "refuse volume-type"),
    ("H144", "nrrd vectors", nrrd("dimension: 4", "sizes: 3 12 10 8", "kinds: vector domain domain domain",
        "space directions: none (2,0,0) (0,2,0) (0,0,2)"), "refuse volume-vectors"),
    ("H144", "nrrd colours", nrrd("dimension: 4", "sizes: 3 12 10 8", "kinds: RGB-color domain domain domain",
        "space directions: none (2,0,0) (0,2,0) (0,0,2)"), "refuse volume-colour"),
    ("H145", "NIfTI-2 sample", sample("example_nifti2.nii.gz"), "ask volume-which"),
    ("H145", "image missing", without_image, "refuse volume-pair-missing"),
    ("H145", "NIfTI-2 image missing", sample("nifti2.hdr"), "refuse volume-pair-missing"),
    ("H145", "header missing", without_header, "refuse volume-pair-missing"),
    ("H146", "mgh sample", sample("test.mgz"), "refuse volume-spacing-contradiction"),
    ("H146", "mgh version", mgh(0, "i", 2), "refuse volume-not-nifti"),
    ("H146", "mgh type", mgh(20, "i", 7), "refuse volume-type"),
    ("H146", "mgh sizes", mgh(4, "i", 0), "refuse volume-sizes-bad"),
    ("H146", "mgh cut", lambda p: samples.cut(samples.write_mgh(p / "a.mgh"), 0.5), "refuse volume-truncated"),
    ("H146", "mgh spacing", mgh(30, "f", -1.0), "refuse volume-spacing"),
    ("H146", "nrrd detached", nrrd("data file: /etc/passwd"), "refuse volume-detached"),
    ("H146", "nrrd detached list", nrrd("data file: LIST"), "refuse volume-detached"),
    ("H146", "nrrd bzip2", nrrd("encoding: bzip2"), "refuse volume-encoding"),
    ("H146", "nrrd skip", nrrd("byte skip: -1"), "refuse volume-header-text"),
    ("H146", "nrrd without end", lambda p: samples.cut(samples.write_nrrd(p / "a.nrrd"), 0.02), "refuse volume-header"),
]  # fmt: skip


def word_of(path: Path, worker: ChildWorker) -> str:
    series = survey_volume(path, worker)
    if series.refusal is not None:
        assert series.refusal.words()
        return f"refuse {series.refusal.code}"
    if series.questions:
        assert all(question.words() and question.choice_texts() for question in series.questions)
        return "ask " + " ".join(question.code for question in series.questions)
    return " ".join(["accept", *(note.code for note in series.notes)])


@pytest.mark.parametrize(
    ("build", "expected"), [case[2:] for case in CASES], ids=[f"{row}-{what}" for row, what, _b, _e in CASES]
)
def test_that_the_volume_gets_the_word_the_table_expects(
    tmp_path: Path, worker: ChildWorker, build: Build, expected: str
) -> None:
    path = build(tmp_path)
    before = path.read_bytes()
    starts = worker.starts
    word, *codes = expected.split()
    said, *said_codes = word_of(path, worker).split()
    assert said == word
    if word == "refuse":
        assert any(said_codes[0].startswith(code) for code in codes), said_codes
    else:
        assert said_codes == codes
    assert path.read_bytes() == before
    assert worker.starts <= max(starts, 1)  # nothing killed the reader


@pytest.mark.parametrize(
    "name", ["phantom_truncated.PAR", "phantom_truncated.REC", "minc2_baddim.mnc", "bad_datatype+orig.HEAD"]
)
def test_that_formats_we_do_not_read_are_refused_in_words(tmp_path: Path, name: str) -> None:
    """H146."""
    shutil.copy(NIBABEL_DATA / name, tmp_path / name)
    found = find_files([tmp_path])
    assert found.files == ()
    assert [(line.outcome.value, line.reason.code) for line in found.lines] == [("refused", "file-foreign")]


@pytest.mark.parametrize(("is_gzip", "promised"), [(False, 9000), (True, 6 << 20)])
def test_that_a_promise_the_file_cannot_hold_is_refused_before_anything_is_read(tmp_path, is_gzip, promised) -> None:
    """H140: 4 kB hold 4 kB, or at most 1032 times that in gzip."""
    path = tmp_path / "a"
    path.write_bytes(bytes(4096))
    voxel_file.check_size(path, Layout(352, 3744, is_gzip=is_gzip), 3744)
    with pytest.raises(VolumeProblem) as refused:
        voxel_file.check_size(path, Layout(352, promised, is_gzip=is_gzip), promised)
    assert refused.value.code == "volume-truncated"


@pytest.mark.slow
def test_that_a_bomb_stays_below_the_cap_in_both_processes(tmp_path: Path, worker: ChildWorker) -> None:
    """H142: 600 MB in 0.6 MB. Read up to the end that the header promises and not further."""
    resource = pytest.importorskip("resource")

    path = samples.bomb(tmp_path / "a.nii.gz", 600)
    assert path.stat().st_size < 700_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert word_of(path, worker) == "refuse volume-longer-than-header"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10  # R16: +50 MB, in kB


def test_that_labels_one_voxel_off_are_not_laid_over_the_image() -> None:
    """H147: they have to be resampled; there is no silent overlay."""
    image = Volume(Grid.of(samples.SHAPE, samples.AFFINE, "atlas"), samples.values())
    off = samples.AFFINE.copy()
    off[0, 3] += 2.0
    for affine in (off, samples.AFFINE @ np.diag([1.0, 1.0, 1.01, 1.0])):
        labels = Volume(Grid.of(samples.SHAPE, affine, "atlas"), samples.values())
        assert not labels.grid.matches(image.grid)
        with pytest.raises(SpaceMismatchError):
            labels.on_grid_of(image)
    assert image.on_grid_of(image) is image


def test_that_every_row_of_the_table_is_here(shared_reference: Path) -> None:
    table = (shared_reference / "hostile_inputs.csv").read_text(encoding="utf-8")
    rows = {line[:4] for line in table.splitlines() if "H127" <= line[:4] <= "H147"}
    assert rows - {case[0] for case in CASES} == {"H147"}
