"""Where each frame lies, how its numbers become values: classic attributes or functional groups (PS3.3 C.7.6.16)."""

import math
from dataclasses import dataclass, replace

from planner.imaging.dicom.elements import RawItem

SHARED, PER_FRAME = 0x52009229, 0x52009230
POSITION, ORIENTATION, SPACING, IMAGER_SPACING = 0x00200032, 0x00200037, 0x00280030, 0x00181164
THICKNESS, ECHO_TIME, ECHO_NUMBER, B_VALUE = 0x00180050, 0x00180081, 0x00180086, 0x00189087
TEMPORAL_ID, ACQUISITION_TIME = 0x00200100, 0x00080032
INTERCEPT, SLOPE = 0x00281052, 0x00281053
SIEMENS_GROUP, SIEMENS_B = 0x00190010, 0x0019100C
FRAME_TAGS = frozenset({SHARED, PER_FRAME, POSITION, ORIENTATION, SPACING, IMAGER_SPACING, THICKNESS, ECHO_TIME})
FRAME_TAGS |= {ECHO_NUMBER, B_VALUE, TEMPORAL_ID, ACQUISITION_TIME, INTERCEPT, SLOPE}
FRAME_TAGS |= {SIEMENS_GROUP, SIEMENS_B}

PLANE_POSITION, PLANE_ORIENTATION, PIXEL_MEASURES, TRANSFORMATION = 0x00209113, 0x00209116, 0x00289110, 0x00289145
FRAME_CONTENT, MR_ECHO, MR_DIFFUSION, MR_TYPE, CT_TYPE = 0x00209111, 0x00189114, 0x00189117, 0x00189226, 0x00189329
EFFECTIVE_ECHO, TEMPORAL_INDEX, STACK_ID, FRAME_TYPE, COMPONENT = (
    0x00189082,
    0x00209128,
    0x00209056,
    0x00089007,
    0x00089208,
)

SKEW_REFUSED = 1e-3
"""Orientation vectors further from unit and right angle than this are refused; below, they are made exact."""
SKEW_TOLD = 1e-4

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """One plane of voxels. ``position`` (LPS mm) is the centre of the first one; ``row`` points along a row (towards
    higher columns), ``column`` down a column, both unit. ``spacing`` is (between rows, between columns) in mm.

    ``rescale`` is (slope, intercept) where the file gives one. ``fault`` is the code of why the plane cannot be placed
    in space, or empty. The rest tells the volumes of one series apart.
    """

    position: Triple | None = None
    row: Triple | None = None
    column: Triple | None = None
    spacing: tuple[float, float] | None = None
    fault: str = ""
    is_renormalised: bool = False
    thickness_mm: float | None = None
    rescale: tuple[float, float] | None = None
    echo: str = ""
    component: str = ""
    temporal: int | None = None
    b_value: float | None = None
    stack: str = ""
    acquisition_time: str = ""

    def without_place(self) -> "Frame":
        """For frames of a file that does not say where each of them lies."""
        return replace(self, position=None, fault=self.fault or "no-position")


def classic_frame(item: RawItem) -> Frame:
    """The one frame of a classic file."""
    image_type = item.words(0x00080008)
    component = image_type[2] if len(image_type) > 2 and item.word(0x00080060) == "MR" else ""
    b_value = item.double(B_VALUE)
    if b_value is None and item.raw(SIEMENS_GROUP).startswith(b"SIEMENS MR HEADER"):
        b_value = item.number(SIEMENS_B)
    temporal = item.number(TEMPORAL_ID)
    echo = item.word(ECHO_NUMBER) if not item.has(ECHO_TIME) else f"{item.number(ECHO_TIME) or 0:g}"
    return _placed(
        item.vector(POSITION, 3) if item.has(POSITION) else (),
        item.vector(ORIENTATION, 6) if item.has(ORIENTATION) else (),
        _spacing(item),
        Frame(
            thickness_mm=item.number(THICKNESS),
            rescale=_rescale(item),
            echo=echo,
            component=component,
            temporal=int(temporal) if temporal is not None else None,
            b_value=b_value,
            acquisition_time=item.word(ACQUISITION_TIME)[:16],
        ),
    )


def enhanced_frames(item: RawItem, count: int) -> tuple[Frame, ...]:
    """One Frame per item of the per-frame groups; empty when they do not number ``count``."""
    shared = next(iter(item.items(SHARED)), RawItem(item.order))
    each = item.items(PER_FRAME)
    if len(each) != count:
        return ()
    return tuple(_enhanced(one, shared) for one in each)


def _enhanced(one: RawItem, shared: RawItem) -> Frame:
    def group(tag: int) -> RawItem:
        return next(iter(one.items(tag) or shared.items(tag)), RawItem(one.order))

    position, orientation, measures = group(PLANE_POSITION), group(PLANE_ORIENTATION), group(PIXEL_MEASURES)
    content, kind = group(FRAME_CONTENT), group(MR_TYPE)
    frame_type = (kind if kind.values else group(CT_TYPE)).words(FRAME_TYPE)
    echo = group(MR_ECHO).double(EFFECTIVE_ECHO)
    rescale = group(TRANSFORMATION)
    return _placed(
        position.vector(POSITION, 3) if position.has(POSITION) else (),
        orientation.vector(ORIENTATION, 6) if orientation.has(ORIENTATION) else (),
        _spacing(measures),
        Frame(
            thickness_mm=measures.number(THICKNESS),
            rescale=_rescale(rescale),
            echo="" if echo is None else f"{echo:g}",
            component=kind.word(COMPONENT) or (frame_type[2] if len(frame_type) > 2 else ""),
            temporal=content.unsigned(TEMPORAL_INDEX),
            b_value=group(MR_DIFFUSION).double(B_VALUE),
            stack=content.word(STACK_ID)[:16],
        ),
    )


def _rescale(item: RawItem) -> tuple[float, float] | None:
    """(slope, intercept); what is no number becomes a slope of zero, which is refused later."""
    if not item.has(SLOPE) and not item.has(INTERCEPT):
        return None
    slope = item.number(SLOPE) if item.has(SLOPE) else 1.0
    intercept = item.number(INTERCEPT) if item.has(INTERCEPT) else 0.0
    return (0.0, 0.0) if slope is None or intercept is None else (slope, intercept)


def _spacing(item: RawItem) -> tuple[float, ...] | str:
    """(between rows, between columns), or the code of what is wrong with it."""
    if not item.has(SPACING):
        return "projection" if item.has(IMAGER_SPACING) else "no-spacing"
    spacing = item.vector(SPACING, 2)
    return spacing if spacing is not None and min(spacing) > 0 else "bad-spacing"


def _placed(
    position: tuple[float, ...] | None,
    orientation: tuple[float, ...] | None,
    spacing: tuple[float, ...] | str,
    f: Frame,
) -> Frame:
    """``f`` with its place, or with the first fault found. None: unreadable; (): absent."""
    if isinstance(spacing, str):
        return replace(f, fault=spacing)
    if not position:
        return replace(f, fault="no-position" if position == () else "bad-position")
    if not orientation:
        return replace(f, fault="no-orientation" if orientation == () else "bad-orientation")
    row, column, skew = orthonormal(orientation)
    if skew > SKEW_REFUSED:
        return replace(f, fault="bad-orientation")
    return replace(
        f,
        position=(position[0], position[1], position[2]),
        row=row,
        column=column,
        spacing=(spacing[0], spacing[1]),
        is_renormalised=skew > SKEW_TOLD,
    )


def orthonormal(orientation: tuple[float, ...]) -> tuple[Triple, Triple, float]:
    """Row and column made unit and orthogonal, and how far they were from it (worst of length and cosine)."""
    row, column = orientation[:3], orientation[3:6]
    row_length, column_length = math.hypot(*row), math.hypot(*column)
    if not 0 < row_length < math.inf or not 0 < column_length < math.inf:
        return (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), math.inf
    unit = [v / row_length for v in row]
    other = [v / column_length for v in column]
    cosine = sum(a * b for a, b in zip(unit, other, strict=True))
    across = [b - cosine * a for a, b in zip(unit, other, strict=True)]
    length = math.hypot(*across)
    skew = max(abs(row_length - 1), abs(column_length - 1), abs(cosine))
    if length < 1e-6:
        return (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), math.inf
    return (unit[0], unit[1], unit[2]), (across[0] / length, across[1] / length, across[2] / length), skew
