"""Folders with a patient's data do not outlive their use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.imaging.apart.scratch import PREFIX, scratch_folder, sweep_scratch


def test_that_the_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as folder:
        (folder / "image").write_bytes(b"x")
        if os.name != "nt":
            assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_that_sweeping_leaves_folders_in_use_and_removes_those_of_the_dead(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from planner.imaging.apart.scratch import scratch_folder\n"
        "with scratch_folder(Path(sys.argv[1])) as f:\n    (f / 'image').touch(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (dead,) = tmp_path.glob(PREFIX + "*")
    with scratch_folder(tmp_path) as mine:
        assert dead.exists()  # it might just be starting
        for folder in (dead, mine):
            os.utime(folder, (0, 0))
        with scratch_folder(tmp_path) as other:
            assert {p.name for p in tmp_path.iterdir()} == {mine.name, other.name}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_that_sweeping_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").touch()
    root = tmp_path / "root"
    root.mkdir()
    (root / (PREFIX + "x")).symlink_to(outside)
    os.utime(outside, (0, 0))
    sweep_scratch(root)
    assert (outside / "keep").exists()
