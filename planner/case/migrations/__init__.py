"""One file per format version: from version N to N+1. Each takes and gives a whole plan as JSON values.

To change the format: change ``case/model.py``, add ``from_N_to_N1.py``, put it in ``STEPS``, raise ``FORMAT``, keep a
case of the old version in ``tests/case/formats.py``. A new field with a default needs none of this.
"""

from collections.abc import Callable, Mapping

from planner.case.history import Plan
from planner.case.migrations import from_0_to_1
from planner.errors import RefusedError
from planner.i18n import _

FORMAT = 1
"""The version this program writes."""

STEPS: Mapping[int, Callable[[Plan], Plan]] = {0: from_0_to_1.migrate}


def migrated(plan: Plan, from_format: int) -> Plan:
    """``plan`` in the present format. Raises RefusedError(code="case-format") when there is no way."""
    for version in range(from_format, FORMAT):
        step = STEPS.get(version)
        if step is None:
            text = _("This case has format {version}, which this program does not know.")
            raise RefusedError(text.format(version=version), code="case-format")
        plan = step(plan)
    return plan
