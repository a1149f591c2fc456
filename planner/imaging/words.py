"""The sentences for what the importer finds, by code. English is the message id; values are put in by name.

A code without a sentence here is a bug: a test walks through all codes.
"""

from collections.abc import Mapping

from planner.i18n import position
from planner.imaging.dicom.dicom_words import dicom_choices, dicom_sentences
from planner.imaging.sources.file_words import file_sentences
from planner.imaging.volume_files.volume_words import volume_choices, volume_sentences


def finding_words(code: str, values: Mapping[str, str]) -> str:
    """The sentence of a finding or question. Raises KeyError for a code nobody gave a sentence.

    A ``place`` among the values is three RAS mm, shown with letters instead of signs.
    """
    if "place" in values:
        x_mm, y_mm, z_mm = (float(part) for part in values["place"].split())
        values = {**values, "place": position(x_mm, y_mm, z_mm)}
    return {**dicom_sentences(), **file_sentences(), **volume_sentences()}[code].format(**values)


def choice_words(word: str, values: Mapping[str, str]) -> str:
    """The text of a choice; a choice that is a value itself (an echo time, a volume number) is in ``values``."""
    texts = {**dicom_choices(), **volume_choices()}
    return texts[word].format(**values) if word in texts else values.get(word, word)
