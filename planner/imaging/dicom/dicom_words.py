"""The sentences for what is found in DICOM files and about whose they are, by code."""

from planner.i18n import _


def dicom_sentences() -> dict[str, str]:
    return {**_skipped(), **_damaged(), **_pixels(), **_unfit(), **_questions(), **_told(), **_people(), **_outcomes()}


def dicom_choices() -> dict[str, str]:
    return {
        "resample": _("Resample onto even spacing at the true positions"),
        "leave-out": _("Do not take this series"),
        "take": _("Take it"),
        "same-person": _("It is the same person"),
        "other-person": _("It is another person: do not take it"),
    }


def _skipped() -> dict[str, str]:
    return {
        "empty": _("The file is empty."),
        "too-short": _("The file is too short to be an image."),
        "not-dicom": _("Not a DICOM file."),
        "directory": _("A DICOM directory, not an image."),
        "not-image": _("DICOM, but not an image to plan on ({kind})."),
        "localizer": _("A localiser. It only shows where the other series lie."),
        "duplicate-file": _("The same file is there twice. One was used."),
    }


def _damaged() -> dict[str, str]:
    return {
        "gzip": _("The file is compressed with gzip. Unpack it first."),
        "bad-meta": _("The file header is damaged. Export it again from the source."),
        "bad-dataset": _("The file claims to be DICOM, but its content is not. Export it again."),
        "unknown-syntax": _("Transfer syntax {uid} is unknown here. Export it uncompressed."),
        "inflate-cap": _("Unpacked, the file would be far too large. It may be hostile and was not opened."),
        "damaged": _("The file is damaged. Copy it again from the source."),
        "truncated": _("The file ends too early. Copy it again from the source."),
        "nested": _("The file nests its sequences without end. It may be hostile and was not opened."),
        "stray-group": _("Tag {tag} must not stand where it stands. Export the file again."),
        "bad-tag": _("Tag {tag} does not hold what it must. Export the file again."),
        "identity-twice": _("Identity tag {tag} is there twice. It is not clear whose images these are."),
        "unreadable-file": _("The disc could not read this file. Clean the disc or try another drive, then retry."),
        "memory": _("The file asks for more memory than an image needs."),
        "memory-cap": _("The file asks for more memory than an image needs."),
        "deadline": _("Reading took too long. Try a fresh copy."),
        "decoder-crashed": _("The file broke its reader, so it is damaged. Try a fresh copy."),
        "unreadable": _("The file is damaged and cannot be read. Try a fresh copy."),
        "file-changed": _("{file} changed after it was scanned. Scan the folder again."),
    }


def _pixels() -> dict[str, str]:
    return {
        "no-pixels": _("There is no picture in the file, though it says it is an image. Export it again."),
        "no-size": _("The file does not give the size of its picture. Export it again."),
        "too-large": _("The file announces {frames} pictures of {columns} × {rows}. That is too large."),
        "pixels-short": _("The picture is cut off: {wanted} bytes are due, {there} are there. Copy it again."),
        "fragments": _("The compressed picture is damaged. Copy it again from the source."),
        "rle": _("The compressed picture (RLE) is damaged. Copy it again from the source."),
        "bits": _("{allocated} bits allocated, {stored} stored, high bit {high}: this is not supported."),
        "decoder": _("The compressed picture cannot be unpacked. Export it uncompressed."),
        "decoded-size": _("Unpacked, the picture has another size than the file says. Export it again."),
        "all-invalid": _("No voxel holds a number. Export it again."),
    }


def _unfit() -> dict[str, str]:
    return {
        "projection": _("A projection image, flat by nature. It can be looked at, not planned on."),
        "single-slice": _("A single slice. It can be looked at, not planned on."),
        "colour": _("A colour picture. It can be looked at, not planned on."),
        "colour-depth": _("A colour picture with more than 8 bits. This is not supported."),
        "photometric": _("A picture of kind {kind}. This is not supported."),
        "mosaic": _("A mosaic of many slices in one picture. Export it as single slices or enhanced DICOM."),
        "no-position": _("The slices do not say where they lie. They can be looked at, not planned on."),
        "bad-position": _("The positions of the slices are not numbers. Export the series again."),
        "no-orientation": _("The slices do not say how they are turned. They can be looked at, not planned on."),
        "bad-orientation": _("The directions of the slices are impossible. Export the series again."),
        "no-spacing": _("The size of the pixels is not given: not to scale. It cannot be planned on."),
        "bad-spacing": _("The size of the pixels is not a proper number. It cannot be planned on."),
        "slope-zero": _("The rescale slope is zero or no number. Export the series again."),
        "wide-gap": _("A gap of {gap_mm} mm where slices usually lie {usual_mm} mm apart. Export all slices."),
        "mixed-patients": _("One series, two patients: {one} and {other}. It is not taken."),
    }


def _questions() -> dict[str, str]:
    return {
        "missing-slices": _(
            "Slices are missing between slice {after} and slice {before}: {count}, at {place} mm."
            " Interpolate them? They will be marked."
        ),
        "uneven-gaps": _(
            "The gaps between slices differ: {smallest_mm} to {largest_mm} mm. Resample at the true positions?"
        ),
        "which-volume": _("The series holds {count} volumes. Which one do you want?"),
        "same-position": _("{count} acquisitions lie at the same position. Which one do you want?"),
        "lossy": _("The pictures were compressed with loss. Details may be missing. Plan on them all the same?"),
    }


def _told() -> dict[str, str]:
    return {
        "programme-preamble": _("The file begins like a program. Copies we write begin with zeros."),
        "no-meta": _("The file lacks its file header. It was read all the same."),
        "no-syntax": _("The file does not name its transfer syntax. It was recognised."),
        "syntax-lies": _("The file is written in another transfer syntax than it says. It was recognised."),
        "doubled-tag": _("Tag {tag} is there twice. The first one counts."),
        "disordered-tags": _("The tags are out of order."),
        "burned-in": _("A name may be drawn into the picture. Look before you pass it on."),
        "bad-date": _("The date in tag {tag} is impossible. No age is computed."),
        "guessed-text": _("The character set is wrong or missing. Is the name “{name}” right?"),
        "pixels-long": _("The file holds more than its picture. The rest was ignored."),
        "sign-mismatch": _("Header and compressed picture disagree about the sign. Check the grey values."),
        "constant": _("Every voxel has the same value. It cannot be aligned."),
        "invalid-voxels": _("Voxels that held no number: {count}. They have the darkest value now."),
        "derived": _("A derived series. Prefer the original if there is one."),
        "orientation-renormalised": _("The directions were slightly off and were made exact."),
        "monochrome1": _("Stored with white as the lowest value (MONOCHROME1)."),
        "padding": _("Padding value {value} is not used for the grey window."),
        "rescale-varies": _("Each slice has its own grey scale. It was applied slice by slice."),
        "no-hounsfield": _("The values are not Hounsfield units. Thresholds do not apply."),
        "thick-slices": _("Slices of {mm} mm. Positions cannot be more accurate than that."),
        "spacing-tag-differs": _("The spacing tag says {claimed} mm, the positions {found} mm. Positions count."),
        "split": _("The series was split into {count} stacks that do not belong together."),
        "gantry-tilt": _("Gantry tilt of {degrees}° was corrected by resampling."),
        "positions-corrected": _("Slices were up to {mm} mm off a straight stack. They were resampled in place."),
        "interpolated-slices": _("Interpolated slices: {count} of {of}."),
    }


def _people() -> dict[str, str]:
    return {
        "several-patients": _("There are {count} patients here. Choose the series of one of them."),
        "other-patient": _(
            "These images are of {other}, the case is of {one}. They are not taken unless you confirm, with a reason."
        ),
        "identity-differs": _("Birth date or sex differ: {one} and {other}. Is it the same person?"),
        "identity-anonymous": _("One is anonymous: {one} and {other}. Is it the same person?"),
        "identity-absent": _("Neither the case nor this file says whose images these are. Is it the same person?"),
        "identity-placeholder": _("The patient number identifies nobody: {one} and {other}. Is it the same person?"),
        "identity-spelling": _("Name or number are spelt differently: {one} and {other}. Is it the same person?"),
        "identity-confirmed": _("Confirmed as the same person: {one} and {other}. Reason: {reason}"),
        "dates-apart": _("The images are {days} days apart: {one} and {other}."),
        "other-frame": _("Not in the frame of reference of the other images. Align before you compare."),
    }


def _outcomes() -> dict[str, str]:
    return {
        "can-be-taken": _("Can be imported."),
        "taken": _("Imported."),
        "modality-guessed": _("The file does not say what it is. It was taken for {modality}."),
        "not-chosen": _("Not chosen."),
        "left-out": _("{series} was left out, as decided."),
    }
