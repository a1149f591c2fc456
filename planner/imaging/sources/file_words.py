"""The sentences for files, folders, archives and DICOMDIRs, by code."""

from planner.i18n import _


def file_sentences() -> dict[str, str]:
    return {**_files(), **_archives(), **_directories()}


def _files() -> dict[str, str]:
    return {
        "file-outside": _("It leads out of the chosen folder and was not opened."),
        "file-link-outside": _("This link leads out of the chosen folder and was not followed."),
        "file-link": _("A link to something in the same folder."),
        "file-missing": _("It is named, but not there."),
        "file-special": _("It is a device or a pipe, not a file."),
        "file-unreadable": _("It could not be read. Clean the disc or try another drive, then retry."),
        "file-folder-unreadable": _("This folder could not be read. Clean the disc or check your rights, then retry."),
        "file-too-deep": _("Folders are nested too deeply here. Choose a folder nearer to the images."),
        "file-too-many": _("Only the first {count} files were looked at. Choose a smaller folder."),
        "file-programme": _("A program. It is never run or copied."),
        "file-foreign": _("A format we do not read. Export it as DICOM or NIfTI."),
    }


def _archives() -> dict[str, str]:
    return {
        "archive-damaged": _("The archive is damaged or incomplete. Copy it again from the source."),
        "archive-outside": _("The archive names places outside its folder. It may be hostile and was not opened."),
        "archive-link": _("The archive holds links. It may be hostile and was not opened."),
        "archive-equal-names": _("The archive holds two files of one name. It was not opened."),
        "archive-too-large": _("Unpacked, the archive would be too large. It was not opened."),
        "archive-too-many": _("The archive holds too many files. Send a smaller one."),
        "archive-overlap": _("The archive's files overlap. It may be hostile and was not opened."),
        "archive-compression": _("The archive's compression is not supported. Make it again as a plain zip."),
        "archive-aes": _("The archive is encrypted with AES. Unpack it with 7-Zip, then import the folder."),
        "archive-password": _("The archive is encrypted. Which password does it have?"),
        "archive-password-wrong": _("The password does not open the archive. Try again."),
        "archive-disk-full": _("There is not enough space to unpack the archive ({megabytes} MB). Free some space."),
        "archive-nested": _("An archive inside an archive is not opened. Unpack the outer one first."),
    }


def _directories() -> dict[str, str]:
    return {
        "dicomdir": _("The table of contents of the disc."),
        "dicomdir-bad": _("The disc's table of contents is damaged. All files were looked at instead."),
        "dicomdir-outside": _("The disc's table of contents names a place outside the disc. It was not opened."),
        "dicomdir-missing": _("The disc's table of contents names this file, but it is not there."),
    }
