"""`vmr backup` and `vmr restore`, as an operator types them."""

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.test_records import address  # noqa: F401  one ended meeting
from vmr.store import sealing


@pytest.fixture
def word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sealing, "COST", 2**4)
    (tmp_path / "word").write_text("correct horse battery\nnot this line\n")
    return f"--passphrase-file={tmp_path}/word"


@pytest.fixture
def kept(program: Program, address: str, word: str, tmp_path: Path) -> str:  # noqa: F811
    program.done("record", "checkpoint")
    said = program.done("backup", f"{tmp_path}/kept", word)
    assert "1 meetings" in said
    assert "read again and is whole" in said
    return f"{tmp_path}/kept"


def test_a_backup_is_restored_into_a_new_place_and_proves_itself(
    program: Program, kept: str, word: str, tmp_path: Path
) -> None:
    new = f"--database-url=sqlite:///{tmp_path}/new/vmr.db"
    said = program.done("restore", kept, word, new)
    assert "All of them hold." in said
    assert said.endswith(f"Restored into {tmp_path}/new/vmr.db.\n")
    assert "holds: 2 entries" in program.done("record", "verify", "m1", new)
    assert (tmp_path / "new" / "vmr.db.signing-key").exists()


def test_what_cannot_be_restored_is_one_line(
    program: Program, kept: str, word: str, tmp_path: Path
) -> None:
    over = program.run("restore", kept, word)
    assert (over.returncode, over.stderr.count("\n")) == (1, 1)
    assert "is not empty" in over.stderr
    (tmp_path / "other").write_text("another passphrase")
    new = f"--database-url=sqlite:///{tmp_path}/new/vmr.db"
    wrong = program.run("restore", kept, f"--passphrase-file={tmp_path}/other", new)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == f"vmr: {kept}: the passphrase is wrong, or the file is damaged\n"
    assert not (tmp_path / "new").exists()


def test_a_short_passphrase_and_a_file_that_is_there_are_refused(
    program: Program, kept: str, word: str, tmp_path: Path
) -> None:
    (tmp_path / "short").write_text("horse")
    ended = program.run("backup", f"{tmp_path}/b", f"--passphrase-file={tmp_path}/short")
    assert ended.stderr == "vmr: the passphrase must have at least 12 characters\n"
    again = program.run("backup", kept, word)
    assert again.stderr == f"vmr: {kept} is there already\n"
    unasked = program.run("backup", f"{tmp_path}/b")
    assert "use --passphrase-file" in unasked.stderr
