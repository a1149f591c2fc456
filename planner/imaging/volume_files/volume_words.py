"""The sentences for what is found in volume files (NIfTI, Analyze, MGH, NRRD), by code."""

from planner.i18n import _


def volume_sentences() -> dict[str, str]:
    return {**_damage(), **_content(), **_geometry(), **_reader(), **_questions(), **_told()}


def question_codes() -> tuple[str, ...]:
    """The codes that a person answers; each has a sentence ``CODE-told`` for what was decided."""
    return tuple(_questions())


def volume_choices() -> dict[str, str]:
    return {
        "as-written": _("Take the unit of the file: {as_written} mm"),
        "millimetres": _("The numbers are millimetres: {as_mm} mm"),
        "sform": _("Take the sform (axes to {sform})"),
        "qform": _("Take the qform (axes to {qform})"),
        "RAS": _("Stored left to right, back to front (first voxel left)"),
        "LAS": _("Stored right to left, back to front (first voxel right)"),
        "LPS": _("Stored right to left, front to back (first voxel right)"),
        "RPS": _("Stored left to right, front to back (first voxel left)"),
        "resample-grey": _("It is a picture: straighten it with smoothing"),
        "resample-labels": _("It holds labels: straighten it without mixing them"),
    }


def _damage() -> dict[str, str]:
    return {
        "volume-truncated": _("The file ends before its picture does. Copy it again from the source."),
        "volume-longer-than-header": _("The file holds more than its header says. Export it again."),
        "volume-gzip-damaged": _("The compressed file is damaged. Copy it again from the source."),
        "volume-junk-at-end": _("Something foreign follows the compressed picture. Export it again."),
        "volume-gone": _("The file is no longer there. Is the disc or stick still in?"),
        "volume-unreadable": _("The disc could not read this file. Clean the disc or try another drive, then retry."),
        "volume-pair-missing": _("This file is one of a pair, and {name} is missing. Put both into one folder."),
        "volume-not-nifti": _("The file is not the picture its name promises. Export it again."),
        "volume-offset": _("The header points to a place outside the file. Export it again."),
        "volume-header-text": _("The header is not understood at “{field}”. Export it as NIfTI."),
        "volume-no-numbers": _("Nearly all voxels hold no number. Export it again."),
    }


def _content() -> dict[str, str]:
    return {
        "volume-sizes-bad": _("The header gives sizes that no picture has ({sizes})."),
        "volume-too-large": _("The picture would take {megabytes} MB. Export a smaller part of it."),
        "volume-too-many": _("The file holds {count} volumes. Export the one you need."),
        "volume-flat": _("This is a single slice, not a volume."),
        "volume-vectors": _("The file holds vectors, not a picture."),
        "volume-colour": _("This is a colour picture. Export the grey original."),
        "volume-complex": _("The file holds complex numbers. Export the magnitude picture."),
        "volume-type": _("The kind of numbers ({number}) is not supported. Export it as 16-bit integers or float."),
        "volume-wide-integers": _("The numbers do not fit into 32 bits. Export it as 16-bit integers or float."),
        "volume-scaling": _("The scale of the grey values is not a number. Export it again."),
        "volume-encoding": _("The compression ({encoding}) is not supported. Export it as gzip or NIfTI."),
        "volume-detached": _("The picture is in another file than its header. Export it as one file."),
    }


def _geometry() -> dict[str, str]:
    return {
        "volume-not-finite": _("The header's positions are not numbers. Export it again."),
        "volume-singular": _("The header's axes do not span a volume. Export it again."),
        "volume-spacing": _("The header gives voxel sizes that cannot be ({sizes}). Export it again."),
        "volume-spacing-contradiction": _(
            "The header contradicts itself about the voxel size (by {millimetres} mm). Export it again."
        ),
        "volume-quaternion": _("The header's rotation is not one. Export it again."),
        "volume-far-away": _("The header places the picture over 100 m away. Export it again."),
        "volume-absurd-size": _("By its header the picture would be {millimetres} mm long. Export it again."),
        "volume-readers-disagree": _(
            "Two independent readers place this picture differently (by {millimetres} mm). Export it again."
        ),
    }


def _reader() -> dict[str, str]:
    return {
        "volume-decoder-crashed": _("The file broke its reader, so it is damaged. Try a fresh copy."),
        "volume-memory-cap": _("The file asks for more memory than a picture needs."),
        "volume-deadline": _("Reading took too long. Try a fresh copy."),
        "volume-unanswered": _("A question about this file has no answer yet."),
    }


def _questions() -> dict[str, str]:
    return {
        "volume-unit-metre": _("The header says metres. Which size is right?"),
        "volume-unit-micron": _("The header says micrometres. Which size is right?"),
        "volume-sides-contradict": _(
            "The header states left and right in two ways that contradict each other. Left and right are unknown until "
            "you decide. Compare with a picture you trust."
        ),
        "volume-places-contradict": _("The header states two places, {millimetres} mm apart. Which one is right?"),
        "volume-orientation-unknown": _(
            "The file does not say which side is left. Left and right are unknown until you decide."
        ),
        "volume-which": _("The file holds {count} volumes. Which one do you want?"),
        "volume-sheared": _("The picture's axes are slanted, so it has to be straightened. What does it hold?"),
    }


def _told() -> dict[str, str]:
    return {
        "volume-unit-unknown": _("The file names no unit; millimetres were taken."),
        "volume-holes": _("{count} voxels held no number; they are 0 now."),
        "volume-integers-narrowed": _("Stored in 64 bits; kept in 32 without loss."),
        "volume-unit-metre-told": _("The header says metres; a person decided the size."),
        "volume-unit-micron-told": _("The header says micrometres; a person decided the size."),
        "volume-sides-contradict-told": _("The header contradicts itself about left and right; a person decided."),
        "volume-places-contradict-told": _("The header states two places; a person decided for the {answer}."),
        "volume-orientation-unknown-told": _("The file does not say which side is left; a person decided ({answer})."),
        "volume-which-told": _("One of {count} volumes was taken."),
        "volume-sheared-told": _("The axes were slanted; the picture was straightened."),
    }
