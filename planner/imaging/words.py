"""The sentences for what the importer finds, by code. English is the message id; values are put in by name.

A code without a sentence here is a bug: a test walks through all codes.
"""

from collections.abc import Mapping

from planner.i18n import _
from planner.imaging.volume_words import volume_choices, volume_sentences


def finding_words(code: str, values: Mapping[str, str]) -> str:
    """The sentence of a finding or question. Raises KeyError for a code nobody gave a sentence."""
    return {**_sentences(), **volume_sentences()}[code].format(**values)


def choice_words(word: str, values: Mapping[str, str]) -> str:
    """The text of a choice; a choice that is a value itself (an echo time, a volume number) is in ``values``."""
    texts = {**_choices(), **volume_choices()}
    return texts[word].format(**values) if word in texts else values.get(word, word)


def _sentences() -> dict[str, str]:
    return {}


def _choices() -> dict[str, str]:
    return {
        "resample": _("Resample onto even spacing at the true positions"),
        "leave-out": _("Do not take this series"),
        "take": _("Take it"),
    }
