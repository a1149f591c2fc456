"""Format 0 to 1.

Format 0 was that of the drafts before the first release. It differs from format 1 in two things:

- a lead's positions were LPS (``target_lps_mm``, ``entry_lps_mm``); they become RAS ``target`` and ``entry``;
- a programme's pulse width was in milliseconds (``width_ms``); it becomes microseconds, ``width_us``.
"""

from typing import Any

from planner.case.history import Plan


def migrate(plan: Plan) -> Plan:
    return {
        **plan,
        "leads": {key: _lead(lead) for key, lead in plan.get("leads", {}).items()},
        "programmes": {key: _programme(one) for key, one in plan.get("programmes", {}).items()},
    }


def _lead(lead: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in lead.items() if key not in ("target_lps_mm", "entry_lps_mm")}
    return {**rest, "target": _ras(lead["target_lps_mm"]), "entry": _ras(lead["entry_lps_mm"])}


def _ras(lps_mm: list[float]) -> list[float]:
    return [-lps_mm[0], -lps_mm[1], lps_mm[2]]


def _programme(programme: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in programme.items() if key != "width_ms"}
    return {**rest, "width_us": programme["width_ms"] * 1000.0}
