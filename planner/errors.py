"""Mistakes the user can act on. Everything else is a bug and surfaces as such."""


class PlannerError(Exception):
    """Something the user can mend. The text says what happened and what to do, in the user's language.

    ``code`` is a stable English word for tests, logs and ``--json``; it is never shown.
    """

    code = "error"

    def __init__(self, text: str, *, code: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        if code is not None:
            self.code = code


class RefusedError(PlannerError):
    """The input is dangerous or contradictory and is not taken."""

    code = "refuse"


class QuestionError(PlannerError):
    """A person has to decide before this can go on; ``choices`` maps stable words to shown texts."""

    code = "ask"

    def __init__(self, text: str, choices: dict[str, str], *, code: str | None = None) -> None:
        super().__init__(text, code=code)
        self.choices = choices


class SpaceMismatchError(ValueError):
    """Two things of different spaces were joined. A bug, not a user's mistake."""
