"""Rows H013 to H044 of the table of hostile and odd inputs: geometry and kinds of series."""

import gzip
import math
import struct
from pathlib import Path

import dicom_samples as d
import nibabel as nib
import pydicom
from dicom_samples import Sample, numbers, placed, setting, short, text, without
from hostile_rows import Row

from planner.imaging.dicom.importer import Candidate

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
NIBABEL_DICOM = Path(nib.__file__).parent / "nicom" / "tests" / "data"
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def stack(*edits: d.Edit, **how: object) -> "object":
    """A builder of one sample series with these edits."""

    def build(folder: Path) -> list[Path]:
        return Sample(folder, edits=edits, **how).write()  # type: ignore[arg-type]

    return build


def two_orientations(folder: Path) -> list[Path]:
    axial = Sample(folder, 3).write()
    return axial + Sample(folder, 3, (_other_uids,), prefix="sag", orientation=SAGITTAL).write()


def _other_uids(elements: d.Elements, k: int) -> None:
    elements[d.SOP_UID] = ("UI", text(f"1.2.3.8.{k}"))


def missing_middle(folder: Path) -> list[Path]:
    return [path for path in Sample(folder).write() if "0003" not in path.name]


def tilt(k: int) -> tuple[float, float, float]:
    """Stacked straight up the table while the planes lean by 18.5 degrees, as GE writes it."""
    return (-20.0, -30.0, 40.0 + k * d.GAP / math.cos(math.radians(18.5)))


TURNED = (math.cos(2e-3), math.sin(2e-3), 0.0, -math.sin(2e-3), math.cos(2e-3), 0.0)
"""Turned in its plane by 2 mrad: 0.02 mm and more at the corners."""
LEANING = (1.0, 0.0, 0.0, 0.0, math.cos(math.radians(18.5)), -math.sin(math.radians(18.5)))


def doubled_position(folder: Path) -> list[Path]:
    extra = (setting(0x00200012, "IS", b"2"), _other_uids)
    return Sample(folder).write() + Sample(folder, 1, extra, prefix="again").write()


def two_echoes(folder: Path) -> list[Path]:
    late = (setting(0x00180081, "DS", b"90"), _other_uids)
    return Sample(folder).write() + Sample(folder, edits=late, prefix="late").write()


def other_size(folder: Path) -> list[Path]:
    small = (
        setting(d.ROWS_TAG, "US", short(8), only=2),
        setting(d.COLUMNS_TAG, "US", short(8), only=2),
        setting(d.PIXELS, "OW", bytes(128), only=2),
    )
    return Sample(folder, edits=small).write()


def enhanced(folder: Path, order: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> list[Path]:
    """One file whose frames lie as the slices of the classic sample do, stored in ``order``."""
    elements = Sample(folder).elements(0)
    groups = b"".join(_frame_item(k, place) for place, k in enumerate(order))
    for tag in (d.POSITION, d.ORIENTATION, d.PIXEL_SPACING, 0x00180050, 0x00180081):
        elements.pop(tag)
    pixels = b"".join(d.ramp(k).tobytes() for k in order)
    elements |= {d.SOP_CLASS: ("UI", text(ENHANCED_MR)), 0x00280008: ("IS", str(len(order)).encode())}
    elements |= {0x52009229: ("SQ", d.sequence(_shared_item())), 0x52009230: ("SQ", groups), d.PIXELS: ("OW", pixels)}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "enhanced.dcm"
    path.write_bytes(d.part10(dict(sorted(elements.items()))))
    return [path]


def _one(tag: int, content: bytes) -> bytes:
    return d.element(tag, "SQ", d.sequence(content))


def _shared_item() -> bytes:
    orientation = d.element(d.ORIENTATION, "DS", numbers(*d.AXIAL))
    measures = d.element(0x00180050, "DS", b"2") + d.element(d.PIXEL_SPACING, "DS", numbers(*d.SPACING))
    return _one(0x00209116, orientation) + _one(0x00289110, measures)


def _frame_item(k: int, index: int) -> bytes:
    place = (d.ORIGIN[0], d.ORIGIN[1], d.ORIGIN[2] + k * d.GAP)
    content = d.element(0x00209056, "SH", b"1") + d.element(0x00209157, "UL", struct.pack("<LL", 1, index + 1))
    return d.sequence(_one(0x00209111, content) + _one(0x00209113, d.element(d.POSITION, "DS", numbers(*place))))


def _unzipped(folder: Path, *names: str) -> list[Path]:
    paths = []
    for name in names:
        path = folder / name.removesuffix(".gz")
        path.write_bytes(gzip.decompress((NIBABEL_DICOM / name).read_bytes()))
        paths.append(path)
    return paths


def four_weightings(folder: Path) -> list[Path]:
    """Two b-values at every place."""
    paths = []
    for b in (0.0, 1000.0):
        edits = (setting(0x00189087, "FD", struct.pack("<d", b)), _uids_for(int(b)))
        paths += Sample(folder, edits=edits, prefix=f"b{b:.0f}_").write()
    return paths


def _uids_for(number: int) -> d.Edit:
    def edit(elements: d.Elements, k: int) -> None:
        elements[d.SOP_UID] = ("UI", text(f"1.2.3.{number + 10}.{k + 1}"))

    return edit


def doses(_folder: Path) -> list[Path]:
    return [WHEEL / "rtdose.dcm", WHEEL / "rtdose_1frame.dcm"]


def multiframe_without_groups(folder: Path) -> list[Path]:
    pixels = b"".join(d.ramp(k).tobytes() for k in range(3))
    edits = (setting(0x00280008, "IS", b"3"), setting(d.PIXELS, "OW", pixels))
    return Sample(folder, 1, edits).write()


def names_slice(words: str) -> "object":
    def check(candidates: list[Candidate]) -> None:
        texts = [question.words() for one in candidates for question in one.series.questions]
        assert any(words in shown for shown in texts), texts

    return check


def is_sagittal(candidates: list[Candidate]) -> None:
    assert [one.series.orientation for one in candidates] == ["sagittal"]


ROWS = (
    Row("H013", stack(without(d.POSITION)), "refuse", "no-position"),
    Row("H014", stack(without(d.ORIENTATION)), "refuse", "no-orientation"),
    Row("H015", stack(without(d.PIXEL_SPACING)), "refuse", "no-spacing"),
    Row("H016", stack(setting(d.PIXEL_SPACING, "DS", b"0\\0")), "refuse", "bad-spacing"),
    Row("H016", stack(setting(d.PIXEL_SPACING, "DS", b"-1\\1")), "refuse", "bad-spacing"),
    Row("H017", stack(setting(d.PIXEL_SPACING, "DS", b"0,488\\0,488")), "refuse", "bad-spacing"),
    Row("H017", stack(setting(d.PIXEL_SPACING, "DS", b"nan\\nan")), "refuse", "bad-spacing"),
    Row("H018", stack(without(d.PIXEL_SPACING), setting(0x00181164, "DS", b"0.1\\0.1")), "flat", "projection"),
    Row("H019", stack(setting(d.ORIENTATION, "DS", numbers(1, 0, 0, 1, 0, 0))), "refuse", "bad-orientation"),
    Row("H020", stack(setting(d.ORIENTATION, "DS", numbers(1, 0, 0, 0.002, 1, 0))), "refuse", "bad-orientation"),
    Row(
        "H020", stack(setting(d.ORIENTATION, "DS", numbers(1.0005, 0, 0, 0, 1, 0))), "tell", "orientation-renormalised"
    ),
    Row("H021", two_orientations, "split", "split"),
    Row("H021", stack(setting(d.ORIENTATION, "DS", numbers(*TURNED), only=2)), "refuse-some", "single-slice"),
    Row(
        "H022",
        missing_middle,
        "ask",
        "missing-slices",
        names_slice("between slice 3 and slice 5: 1, at R 16.6  A 23.1  S 46.0 mm"),
    ),
    Row("H023", stack(placed({5: (-20.0, -30.0, 40.0 + 6.5 * d.GAP)})), "ask", "uneven-gaps"),
    Row("H024", stack(placed(lambda k: (-20.0, -30.0, 40.0 + (0, 4, 8, 9, 16, 23)[k]))), "ask", "uneven-gaps"),
    Row("H024", stack(placed({5: (-20.0, -30.0, 400.0)})), "refuse", "wide-gap"),
    Row("H025", stack(placed(tilt), orientation=LEANING), "tell", "gantry-tilt"),
    Row("H026", doubled_position, "ask", "same-position"),
    Row("H027", two_echoes, "split", "split"),
    Row("H028", stack(lambda e, k: e.update({0x00200013: ("IS", str(9 - k).encode())})), "accept", ""),
    Row("H029", stack(setting(0x00185100, "CS", b"FFP")), "accept", ""),
    Row("H030", stack(setting(0x00180088, "DS", b"-4")), "tell", "spacing-tag-differs"),
    Row("H030", stack(setting(0x00180088, "DS", b"4")), "tell", "spacing-tag-differs"),
    Row("H031", stack(setting(0x00180050, "DS", b"5")), "accept", ""),
    Row("H032", stack(placed(lambda k: (-20.0, -30.0, 40 + k * d.GAP + 1e-4 * (-1) ** k))), "accept", ""),
    Row("H033", other_size, "refuse-some", "single-slice"),
    Row("H034", stack(count=1), "flat", "single-slice"),
    Row("H035", stack(setting(0x00180050, "DS", b"6")), "tell", "thick-slices"),
    Row("H036", stack(orientation=SAGITTAL), "accept", "", is_sagittal),
    Row("H037", enhanced, "accept", ""),
    Row("H038", lambda folder: enhanced(folder, (3, 0, 5, 1, 4, 2)), "accept", ""),
    Row("H039", multiframe_without_groups, "refuse", "no-position"),
    Row("H040", doses, "skip", "not-image"),
    Row("H041", lambda f: _unzipped(f, "siemens_dwi_0.dcm.gz", "siemens_dwi_1000.dcm.gz"), "refuse", "mosaic"),
    Row("H042", four_weightings, "ask", "which-volume"),
    Row("H043", stack(setting(d.IMAGE_TYPE, "CS", b"DERIVED\\SECONDARY\\MPR")), "tell", "derived"),
    Row("H044", stack(setting(d.IMAGE_TYPE, "CS", b"ORIGINAL\\PRIMARY\\LOCALIZER")), "skip", "localizer"),
    Row("H044", lambda _f: [WHEEL / "reportsi.dcm", WHEEL / "test-SR.dcm"], "skip", "not-image"),
)
