"""Tissues of the synthetic body by index, and what each looks like in every kind of image.

Values are typical of the modality (general knowledge, not measured here): they are for the eye and for testing methods
that must not depend on exact numbers.
"""

from enum import IntEnum

import numpy as np

from planner.geometry.arrays import FloatArray


class Tissue(IntEnum):
    AIR = 0
    LUNG = 1
    FAT = 2
    MUSCLE = 3
    SKIN = 4
    ORGAN = 5
    ARTERY = 6
    VEIN = 7
    CORTEX = 8
    MARROW = 9
    NUCLEUS = 10
    ANNULUS = 11
    CSF = 12
    WHITE = 13
    GREY = 14
    EPIDURAL = 15
    FLAVUM = 16
    NERVE = 17
    GANGLION = 18
    GAS = 19
    BOWEL = 20
    METAL = 21
    KIDNEY = 22
    CARTILAGE = 23
    DURA = 24
    HEART = 25
    TABLE = 26


Look = tuple[float, float]
"""Mean and the strength of its texture."""

CT_HU: dict[Tissue, Look] = {
    Tissue.AIR: (-1000, 0),
    Tissue.LUNG: (-860, 40),
    Tissue.FAT: (-100, 12),
    Tissue.MUSCLE: (54, 20),
    Tissue.SKIN: (25, 10),
    Tissue.ORGAN: (60, 10),
    Tissue.ARTERY: (42, 4),
    Tissue.VEIN: (42, 4),
    Tissue.CORTEX: (860, 200),
    Tissue.MARROW: (175, 150),
    Tissue.NUCLEUS: (85, 10),
    Tissue.ANNULUS: (105, 12),
    Tissue.CSF: (8, 2),
    Tissue.WHITE: (36, 3),
    Tissue.GREY: (40, 3),
    Tissue.EPIDURAL: (-70, 15),
    Tissue.FLAVUM: (65, 8),
    Tissue.NERVE: (38, 4),
    Tissue.GANGLION: (42, 4),
    Tissue.GAS: (-950, 30),
    Tissue.BOWEL: (35, 25),
    Tissue.METAL: (3071, 0),
    Tissue.KIDNEY: (38, 8),
    Tissue.CARTILAGE: (80, 10),
    Tissue.DURA: (45, 4),
    Tissue.HEART: (48, 6),
    Tissue.TABLE: (60, 40),
}
CT_CONTRAST_HU: dict[Tissue, Look] = {
    Tissue.ARTERY: (320, 12),
    Tissue.VEIN: (150, 14),
    Tissue.KIDNEY: (170, 25),
    Tissue.HEART: (230, 30),
    Tissue.ORGAN: (100, 12),
}
T2: dict[Tissue, Look] = {
    Tissue.AIR: (0, 0),
    Tissue.LUNG: (25, 12),
    Tissue.FAT: (560, 40),
    Tissue.MUSCLE: (120, 45),
    Tissue.SKIN: (260, 30),
    Tissue.ORGAN: (190, 20),
    Tissue.ARTERY: (25, 8),
    Tissue.VEIN: (90, 30),
    Tissue.CORTEX: (25, 10),
    Tissue.MARROW: (300, 45),
    Tissue.NUCLEUS: (480, 45),
    Tissue.ANNULUS: (110, 25),
    Tissue.CSF: (900, 35),
    Tissue.WHITE: (330, 14),
    Tissue.GREY: (400, 14),
    Tissue.EPIDURAL: (540, 50),
    Tissue.FLAVUM: (110, 15),
    Tissue.NERVE: (320, 20),
    Tissue.GANGLION: (400, 30),
    Tissue.GAS: (5, 3),
    Tissue.BOWEL: (280, 130),
    Tissue.METAL: (0, 0),
    Tissue.KIDNEY: (420, 50),
    Tissue.CARTILAGE: (300, 40),
    Tissue.DURA: (60, 8),
    Tissue.HEART: (120, 50),
    Tissue.TABLE: (0, 0),
}
T1: dict[Tissue, Look] = {
    **T2,
    Tissue.FAT: (620, 40),
    Tissue.MUSCLE: (210, 40),
    Tissue.MARROW: (390, 55),
    Tissue.NUCLEUS: (230, 15),
    Tissue.ANNULUS: (190, 15),
    Tissue.CSF: (105, 12),
    Tissue.WHITE: (330, 12),
    Tissue.GREY: (290, 12),
    Tissue.EPIDURAL: (600, 45),
    Tissue.FLAVUM: (180, 15),
    Tissue.NERVE: (260, 15),
    Tissue.GANGLION: (260, 20),
    Tissue.ORGAN: (260, 25),
    Tissue.KIDNEY: (240, 25),
    Tissue.BOWEL: (230, 70),
    Tissue.CARTILAGE: (200, 20),
    Tissue.DURA: (110, 10),
}


def table(looks: dict[Tissue, Look]) -> FloatArray:
    """(tissues, 2) means and textures in the order of their indices."""
    return np.array([looks[tissue] for tissue in Tissue], dtype=float)
