"""What the report is told of fibres: the figures of every group that are in date."""

import numpy as np

from planner.axons.models import fibre_model
from planner.case.checks import stale
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import Case, Programme
from planner.case.store import ArrayStore
from planner.library.fibre_words import bend_sentence, fibre_sentences, group_name, line_sentence
from planner.report.findings import FibreFinding
from planner.steps.fibre_results import END_CODE, FibreFigures, weiss


def fibre_findings(case: Case, store: ArrayStore) -> tuple[tuple[FibreFinding, ...], tuple[str, ...]]:
    """Of the results in date, and the names of groups whose results are not. Raises RefusedError (ArrayStore.get)."""
    out_of_date = stale(case)
    found: list[FibreFinding] = []
    left_out: list[str] = []
    for result in case.fibre_results.values():
        group, programme = case.fibre_groups.get(result.group_id), case.programmes.get(result.programme_id)
        if group is None or programme is None:
            continue
        if f"fibre-result:{result.id}" in out_of_date:
            left_out.append(group_name(group.name))
        else:
            found.append(_finding(case, store, group, programme, result))
    return tuple(found), tuple(dict.fromkeys(left_out))


def _finding(
    case: Case, store: ArrayStore, group: FibreGroup, programme: Programme, result: FibreResult
) -> FibreFinding:
    figures = FibreFigures.of(result, store)
    asked = figures.thresholds_ma[figures.asked]
    fit = weiss(result.strength_duration)
    model = fibre_model(group.model_id)
    lead = case.leads.get(programme.lead_id)
    return FibreFinding(
        group=group_name(group.name),
        programme=lead.name if lead else programme.name,
        model=model.name,
        diameter_um=group.diameter_um,
        amplitude_ma=programme.amplitude_ma,
        asked=len(asked),
        firing=int(figures.fires(programme.amplitude_ma).sum()),
        first_ma=float(asked.min()) if len(asked) else float("inf"),
        half_ma=float(np.median(asked)) if len(asked) else float("inf"),
        at_end=int((figures.codes == END_CODE).sum()),
        set_aside=figures.set_aside,
        rheobase_ma=fit.rheobase_ma if fit else None,
        chronaxie_us=fit.chronaxie_us if fit else None,
        lines=line_sentence(group.origin, group.source, group.status),
        sentences=tuple(filter(None, (bend_sentence(group.details), *fibre_sentences(result.assumptions, model.name)))),
    )
