"""Everything importable in what a person chose: folders, files, discs, zips. The one door for all formats."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom.importer import Candidate, read_series, scan_files
from planner.imaging.series import FileLine, Finding, Outcome, ReadVolume, Series
from planner.imaging.sources.archive import Unpacked, unpacked
from planner.imaging.sources.dicomdir import check_dicomdir
from planner.imaging.sources.files import FoundFile, find_files
from planner.imaging.sources.sniff import Kind
from planner.imaging.volume_files.volumes import read_volume, survey_volume
from planner.progress import SILENT, Progress


@dataclass(eq=False)
class Sources:
    """What was found, and what is needed to read it: the reading process and unpacked archives, until ``close``.

    A ``worker`` that is given stays open.
    """

    worker: ChildWorker
    candidates: dict[str, Candidate | Series] = field(default_factory=dict)
    lines: list[FileLine] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    kept: ExitStack = field(default_factory=ExitStack)

    @property
    def series(self) -> tuple[Series, ...]:
        return tuple(one.series if isinstance(one, Candidate) else one for one in self.candidates.values())

    def read(self, key: str, choices: Mapping[str, str], progress: Progress = SILENT) -> ReadVolume:
        """The voxels of one series. ``choices`` by question code. Raises QuestionError, RefusedError, Cancelled."""
        found = self.candidates[key]
        if isinstance(found, Candidate):
            return read_series(found, choices, self.worker, progress)
        return read_volume(found, choices, progress, worker=self.worker)

    def study_uid(self, key: str) -> str:
        """The study of a DICOM series; empty for the other formats, which do not say."""
        found = self.candidates[key]
        return found.stack.first.study_uid if isinstance(found, Candidate) else ""

    def close(self) -> None:
        """End the reading process and remove unpacked files."""
        self.kept.close()


def scan_sources(
    starts: Sequence[Path], progress: Progress = SILENT, password: str = "", worker: ChildWorker | None = None
) -> Sources:
    """Look into everything. Raises QuestionError(code="archive-password"), RefusedError, Cancelled."""
    kept = ExitStack()
    sources = Sources(worker or kept.enter_context(ChildWorker()), kept=kept)
    try:
        _scan(sources, starts, progress, password)
    except BaseException:
        sources.close()
        raise
    return sources


def _scan(sources: Sources, starts: Sequence[Path], progress: Progress, password: str) -> None:
    found = find_files(starts, progress.part(0.0, 0.1))
    sources.lines += found.lines
    sources.notes += found.notes
    for directory in found.of(Kind.DICOMDIR):
        sources.lines += check_dicomdir(directory.path, sources.worker)
    _take(sources, found.of(Kind.DICOM, Kind.OTHER, Kind.VOLUME), progress.part(0.1, 0.8))
    archives = found.of(Kind.ZIP)
    chosen = {start.resolve() for start in starts}
    for number, archive in enumerate(archives):
        low, high = 0.8 + 0.2 * number / len(archives), 0.8 + 0.2 * (number + 1) / len(archives)
        try:
            _scan_archive(sources, archive.path, progress.part(low, high), password)
        except (QuestionError, RefusedError) as reason:
            if archive.path in chosen:
                raise
            # one that merely lies in the folder does not stop the rest
            sources.lines.append(FileLine(str(archive.path), Outcome.REFUSED, Finding(reason.code)))


def _scan_archive(sources: Sources, path: Path, progress: Progress, password: str) -> None:
    content = sources.kept.enter_context(
        unpacked(path, password=password, worker=sources.worker, progress=progress.part(0.0, 0.5))
    )
    before = len(sources.lines)
    found = find_files([content.folder], progress.part(0.5, 0.6))
    sources.lines += found.lines
    _take(sources, found.of(Kind.DICOM, Kind.OTHER, Kind.VOLUME), progress.part(0.6, 1.0), content)
    sources.lines[before:] = [_named(line, path, content) for line in sources.lines[before:]]
    sources.lines += [replace(line, path=f"{path}/{line.path}") for line in content.lines]


def _named(line: FileLine, archive: Path, content: Unpacked) -> FileLine:
    return replace(line, path=f"{archive}/{content.shown(Path(line.path))}")


def _take(sources: Sources, files: Sequence[FoundFile], progress: Progress, content: Unpacked | None = None) -> None:
    volumes = [one.path for one in files if one.kind is Kind.VOLUME]
    others = [one.path for one in files if one.kind is not Kind.VOLUME]
    share = len(others) / max(1, len(files))
    candidates, lines = scan_files(others, sources.worker, progress.part(0.0, share))
    sources.lines += lines
    for candidate in candidates:
        sources.candidates[candidate.series.key] = candidate
    for number, path in enumerate(volumes):
        low, high = share + (1 - share) * number / len(volumes), share + (1 - share) * (number + 1) / len(volumes)
        label = Path(content.shown(path)).name if content else ""
        series = survey_volume(path, sources.worker, progress.part(low, high), label=label)
        sources.candidates[series.key] = series
        sources.lines += [_line_of(series, name) for name in series.files]


def _line_of(series: Series, name: str) -> FileLine:
    if series.refusal is not None:
        return FileLine(name, Outcome.REFUSED, series.refusal, (series.key,))
    if series.questions:
        question = series.questions[0]
        return FileLine(name, Outcome.ASKED, Finding(question.code, question.values), (series.key,))
    return FileLine(name, Outcome.TAKEN, Finding("can-be-taken"), (series.key,))
