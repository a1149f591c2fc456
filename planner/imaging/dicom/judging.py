"""What speaks against taking a stack, what must be asked, and what must be told. Pure decisions over headers."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.imaging.dicom.grouping import Plane, Stack, Volume
from planner.imaging.dicom.headers import Header
from planner.imaging.dicom.stacking import Layout, flat, lay_out
from planner.imaging.dicom.wire import FilePlan, PlanePlan, StackPlan
from planner.imaging.series import Finding, Question

LEAVE_OUT = "leave-out"
THICK_MM = 6.0
"""reference/hostile_inputs.csv H035: slices of 6 mm and more limit the accuracy so much that it is told."""
SPACING_TAG_TOLERANCE = 0.01
COLOURS = ("RGB", "YBR", "PALETTE", "HSV", "ARGB", "CMYK", "XYB")


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """One volume of a stack, judged. ``unit`` is HU where the numbers are Hounsfield units, else empty."""

    layout: Layout
    notes: tuple[Finding, ...]
    questions: tuple[Question, ...]
    refusal: Finding | None
    unit: str


def judged(stack: Stack, volume: Volume) -> Judgement:
    """The geometry of the volume, and everything a person should know or decide first."""
    refusal = stack.refusal or _unfit(volume.planes)
    layout = flat(volume.planes, refusal) if refusal is not None else lay_out(volume.planes)
    headers = _headers(volume.planes)
    notes = (*_split_note(stack), *_notes(headers, volume.planes, layout), *layout.notes)
    questions = _questions(stack, headers, layout)
    return Judgement(layout, notes, questions, refusal or layout.refusal, _unit(volume.planes))


def chosen_volume(stack: Stack, choice: str | None) -> Volume:
    """The volume that ``choice`` (``volume-N``) names; the first when there is nothing to choose or to find."""
    for number, volume in enumerate(stack.volumes, start=1):
        if choice == f"volume-{number}":
            return volume
    return stack.volumes[0]


def plan_for(stack: Stack, judgement: Judgement) -> StackPlan:
    """What the reading process is to read."""
    layout = judgement.layout
    headers = _headers(layout.planes)
    places = {header.path: number for number, header in enumerate(headers)}
    first = headers[0]
    rescales = [_rescale(plane) for plane in layout.planes]
    mixing = layout.resampling
    padding = first.pixels.padding
    return StackPlan(
        tuple(FilePlan(h.path, h.size, h.modified_ns, h.pixels) for h in headers),
        tuple(
            PlanePlan(places[plane.header.path], plane.index, slope, intercept)
            for plane, (slope, intercept) in zip(layout.planes, rescales, strict=True)
        ),
        stack.first.modality,
        _is_inverted(headers, layout.planes),
        None if padding is None else padding * rescales[0][0] + rescales[0][1],
        first.window,
        None
        if mixing is None
        else {
            "shift_px": mixing.shift_px,
            "before": mixing.before,
            "after": mixing.after,
            "weight": mixing.weight,
            "rows": mixing.rows,
            "columns": mixing.columns,
        },
    )


def _headers(planes: Sequence[Plane]) -> tuple[Header, ...]:
    return tuple({plane.header.path: plane.header for plane in planes}.values())


def _unfit(planes: Sequence[Plane]) -> Finding | None:
    """Why these planes can be no volume, or None."""
    header, frame = planes[0].header, planes[0].frame
    pixels = header.pixels
    if "MOSAIC" in header.image_type:
        return Finding("mosaic")
    if pixels.samples != 1 or pixels.photometric.startswith(COLOURS):
        return Finding("colour-depth" if pixels.samples > 1 and pixels.allocated > 8 else "colour")
    if pixels.photometric not in ("MONOCHROME1", "MONOCHROME2"):
        return Finding("photometric", {"kind": pixels.photometric[:32] or "?"})
    if frame.fault:
        return Finding(frame.fault)
    if any(slope == 0.0 for slope, _intercept in map(_rescale, planes)):
        return Finding("slope-zero")
    if len(planes) == 1:
        return Finding("single-slice")
    return None


def _rescale(plane: Plane) -> tuple[float, float]:
    return plane.frame.rescale or (1.0, 0.0)


def _is_hounsfield(planes: Sequence[Plane]) -> bool:
    kinds = {plane.header.rescale_type.upper() for plane in planes}
    return all(plane.frame.rescale is not None for plane in planes) and kinds <= {"", "HU"}


def _unit(planes: Sequence[Plane]) -> str:
    return "HU" if planes[0].header.modality == "CT" and _is_hounsfield(planes) else ""


def _is_inverted(headers: Sequence[Header], planes: Sequence[Plane]) -> bool:
    """MONOCHROME1 is turned round, once, here; Hounsfield units mean the same whichever way they are shown."""
    return headers[0].pixels.photometric == "MONOCHROME1" and not _unit(planes)


def _split_note(stack: Stack) -> tuple[Finding, ...]:
    return (Finding("split", {"count": str(stack.parts)}),) if stack.parts > 1 else ()


def _notes(headers: Sequence[Header], planes: Sequence[Plane], layout: Layout) -> tuple[Finding, ...]:
    found = {note.code: note for header in headers for note in (*header.notes, *header.pixels.notes)}
    header = headers[0]

    def add(when: bool, code: str, **values: str) -> None:
        if when:
            found[code] = Finding(code, values)

    add("DERIVED" in header.image_type, "derived")
    add(any(plane.frame.is_renormalised for plane in planes), "orientation-renormalised")
    add(header.pixels.photometric == "MONOCHROME1", "monochrome1")
    add(header.pixels.padding is not None, "padding", value=str(header.pixels.padding))
    add(len({_rescale(plane) for plane in planes}) > 1, "rescale-varies")
    add(header.modality == "CT" and not _is_hounsfield(planes), "no-hounsfield")
    thickness = max([layout.gap_mm, *(plane.frame.thickness_mm or 0.0 for plane in planes)])
    add(thickness >= THICK_MM, "thick-slices", mm=f"{thickness:.1f}")
    claimed = _number(header.texts.get("spacing-between-mm", ""))
    if layout.refusal is None and claimed is not None:
        is_other = abs(claimed - layout.gap_mm) > SPACING_TAG_TOLERANCE * layout.gap_mm
        add(is_other, "spacing-tag-differs", claimed=f"{claimed:g}", found=f"{layout.gap_mm:.3f}")
    return tuple(found.values())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _questions(stack: Stack, headers: Sequence[Header], layout: Layout) -> tuple[Question, ...]:
    asked: list[Question] = []
    if stack.question:
        labels = {f"volume-{n}": volume.label for n, volume in enumerate(stack.volumes, start=1)}
        asked.append(Question(stack.question, tuple(labels), labels | {"count": str(len(labels))}))
    if layout.asks is not None:
        asked.append(Question(layout.asks.code, ("resample", LEAVE_OUT), layout.asks.values))
    if any(header.pixels.is_lossy for header in headers):
        asked.append(Question("lossy", ("take", LEAVE_OUT)))
    return tuple(asked)
