"""Names of vertebrae and their order, variants included.

Level names are stable words (``C1`` ... ``S5``), with T13 and L6 where a patient has them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LevelScheme:
    """How many vertebrae of each kind this patient has. Cervical are always seven."""

    thoracic: int = 12
    lumbar: int = 5
    sacral: int = 5

    @property
    def names(self) -> tuple[str, ...]:
        """From C1 down."""
        counts = (("C", 7), ("T", self.thoracic), ("L", self.lumbar), ("S", self.sacral))
        return tuple(f"{letter}{number}" for letter, count in counts for number in range(1, count + 1))

    def index(self, name: str) -> int:
        """Place from C1 = 0 downwards. Raises ValueError for a level this scheme does not have."""
        return self.names.index(name)

    @property
    def is_usual(self) -> bool:
        return (self.thoracic, self.lumbar, self.sacral) == (12, 5, 5)


USUAL = LevelScheme()
