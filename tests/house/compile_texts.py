"""Bring ``planner.po`` up to date with the code and compile it: ``python tests/house/compile_texts.py``.

New texts are added empty, at the end of the run they are listed; texts that nobody says any more are dropped.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.house.test_texts import CATALOGUE, PLANNER, ROOT, extract


def template() -> Catalog:
    catalogue = Catalog(locale="es", project="Nociplan", charset="utf-8", fuzzy=False)
    for path in sorted(PLANNER.rglob("*.py")):
        with path.open("rb") as source:
            for _line, message, _comments, _context in extract("python", source, {"_": None, "ngettext": (1, 2)}):
                catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), None)])
    return catalogue


def main() -> int:
    catalogue = Catalog(locale="es", charset="utf-8", fuzzy=False)
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as source:
            catalogue = read_po(source, locale="es")
    fresh = template()
    catalogue.update(fresh, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as target:
        write_po(target, catalogue, sort_output=True, omit_header=False, include_lineno=False, width=110)
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="es")
    with CATALOGUE.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalogue)
    empty = [
        message.id
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple) else (message.string,))
    ]
    for text in empty:
        sys.stdout.write(f"without Spanish: {text!r}\n")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
