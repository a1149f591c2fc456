"""What the report says, page by page, in the user's language: plain texts and tables, no layout."""

from dataclasses import dataclass

from planner.case.model import Case, Lead
from planner.i18n import _
from planner.report import (
    fibre_content,
    lead_content,
    patient_content,
    spine_content,
    stimulation_content,
    trust_content,
)
from planner.report.findings import Findings, LegendEntry, Picture
from planner.report.parts import Pair, Table
from planner.report.stimulation_content import StimulationCard


@dataclass(frozen=True, slots=True)
class LeadCard:
    """One lead on page 1: its name, the side in words, what was read back, its facts and its positions."""

    name: str
    side: str
    read_back: str
    facts: tuple[Pair, ...]
    positions: Table


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything the pages show. ``running_head`` stands on every page beside ``warning``."""

    language: str
    title: str
    warning: str
    running_head: str
    patient: tuple[Pair, ...]
    leads: tuple[LeadCard, ...]
    pictures: tuple[Picture, ...]
    legend: tuple[LegendEntry, ...]
    stimulations: tuple[StimulationCard, ...]
    clearances: Table
    contacts: Table
    fibres: Table
    fibre_notes: tuple[str, ...]
    assumptions: tuple[str, ...]
    unverified: tuple[str, ...]
    alignments: Table
    approvals: Table
    level_guard: str
    levels: Table
    versions: tuple[Pair, ...]
    audit_head: str


def warning_words() -> str:
    """The line of every page."""
    return _("Research, education and planning support only. Not a medical device.")


def build_content(case: Case, findings: Findings, language: str) -> ReportContent:
    """The report of this case. ``findings`` hold the read-outs of every lead of the case (KeyError otherwise)."""
    leads = list(case.leads.values())
    return ReportContent(
        language=language,
        title=case.title or _("Stimulation plan"),
        warning=warning_words(),
        running_head=patient_content.running_head(case),
        patient=patient_content.patient_pairs(case),
        leads=tuple(_lead_card(case, lead, findings) for lead in leads),
        pictures=findings.pictures,
        legend=findings.legend,
        stimulations=stimulation_content.cards(case, findings),
        clearances=lead_content.clearance_table(leads, findings),
        contacts=lead_content.contact_table(leads, findings),
        fibres=fibre_content.fibre_table(findings),
        fibre_notes=fibre_content.fibre_notes(findings),
        assumptions=trust_content.assumptions(case, findings),
        unverified=trust_content.unverified(case, findings),
        alignments=trust_content.alignment_table(case),
        approvals=trust_content.approval_table(case),
        level_guard=spine_content.guard_words(case),
        levels=spine_content.level_table(findings),
        versions=tuple(Pair(name, version) for name, version in findings.versions),
        audit_head=findings.audit_head,
    )


def _lead_card(case: Case, lead: Lead, findings: Findings) -> LeadCard:
    found = findings.leads[lead.id]
    return LeadCard(
        name=lead.name,
        side=lead_content.side_words(lead.side),
        read_back=lead_content.read_back_words(case, lead),
        facts=lead_content.lead_pairs(lead, found),
        positions=lead_content.position_table(found),
    )
