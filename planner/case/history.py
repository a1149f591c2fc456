"""What one command changed, and the commands that can be undone and redone.

A plan on disk is JSON values: ``{"title": ..., "leads": {"lead-1": {...}}, ...}``. A :class:`Patch` turns one plan into
the next and is two levels deep, like the case itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from planner.case.codec import decode, encode
from planner.case.commands import Command
from planner.case.model import Case

Plan = dict[str, Any]


@lru_cache(maxsize=1)
def groups() -> dict[str, Any]:
    """The maps of facts in a case, and the type of their facts."""
    hints = get_type_hints(Case)
    return {one.name: get_args(hints[one.name])[1] for one in fields(Case) if get_origin(hints[one.name]) is Mapping}


@dataclass(frozen=True, slots=True)
class Patch:
    """``facts``: group → id → fact or None (gone). ``values``: the single fields. ``order``: group → its ids, given
    only where putting and dropping would leave them in another order. All JSON values."""

    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.values or self.order)


def difference(before: Case, after: Case) -> Patch:
    """What takes ``before`` to ``after``. Facts that are the same object are not looked at."""
    patch = Patch()
    for one in fields(Case):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old is new:
            continue
        if one.name in groups():
            _group_difference(patch, one.name, old, new)
        elif old != new:
            patch.values[one.name] = encode(new)
    return patch


def _group_difference(patch: Patch, group: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    changed = {key: None for key in old if key not in new}
    changed |= {key: encode(fact) for key, fact in new.items() if old.get(key) is not fact and old.get(key) != fact}
    if changed:
        patch.facts[group] = changed
    if _ids_after(old, changed) != list(new):
        patch.order[group] = list(new)


def _ids_after(ids: Mapping[str, Any], changed: Mapping[str, Any]) -> list[str]:
    kept = [key for key in ids if changed.get(key, key) is not None]
    return kept + [key for key, fact in changed.items() if fact is not None and key not in ids]


def applied(case: Case, patch: Patch) -> Case:
    """The next case. Facts the patch does not name stay the same objects. Raises RefusedError(code="case-content")."""
    changes: dict[str, Any] = {}
    for group in {**patch.facts, **patch.order}:
        changed = patch.facts.get(group, {})
        facts = dict(getattr(case, group))
        for key, data in changed.items():
            if data is None:
                facts.pop(key, None)
            else:
                facts[key] = decode(groups()[group], data, f"plan.{group}.{key}")
        changes[group] = {key: facts[key] for key in patch.order.get(group, facts)}
    hints = get_type_hints(Case) if patch.values else {}
    for name, data in patch.values.items():
        changes[name] = decode(hints[name], data, f"plan.{name}")
    return replace(case, **changes)


def apply_to_plan(plan: Plan, patch: Patch) -> None:
    """Turn ``plan`` (JSON values) into the next one, in place. Knows no model, so old formats replay too."""
    plan.update(patch.values)
    for group, changed in patch.facts.items():
        facts = dict(plan.get(group, {}))
        for key, data in changed.items():
            if data is None:
                facts.pop(key, None)
            else:
                facts[key] = data
        plan[group] = facts
    for group, ids in patch.order.items():
        plan[group] = {key: plan[group][key] for key in ids}


def inverse(patch: Patch, plan: Plan) -> Patch:
    """The patch that brings back ``plan``, the one ``patch`` is about to change."""
    back = Patch({}, {name: plan.get(name) for name in patch.values}, {})
    for group, changed in patch.facts.items():
        back.facts[group] = {key: plan.get(group, {}).get(key) for key in changed}
    for group in {**patch.facts, **patch.order}:
        back.order[group] = list(plan.get(group, {}))
    return back


@dataclass(frozen=True, slots=True)
class Step:
    """One command with the patches that do and undo it."""

    command: Command
    forward: Patch
    backward: Patch


class History:
    """The steps that can be undone (last one last) and redone (next one last)."""

    def __init__(self) -> None:
        self.undo: list[Step] = []
        self.redo: list[Step] = []

    def did(self, step: Step) -> None:
        """A command that changed nothing is in the audit trail, but there is nothing to undo."""
        if step.forward.is_empty:
            return
        self.undo.append(step)
        self.redo.clear()

    def undid(self) -> None:
        self.redo.append(self.undo.pop())

    def redid(self) -> None:
        self.undo.append(self.redo.pop())

    def clear(self) -> None:
        self.undo.clear()
        self.redo.clear()
