"""What platforms export is recognised and taken as it is; what could harm is refused by name."""

from __future__ import annotations

import subprocess
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.classes.intake import Attempt, attempts_in, collect
from pytest_asyncgrade.classes.intake.archives import ArchiveError, Room, members
from pytest_asyncgrade.classes.intake.repositories import time_of_commit
from pytest_asyncgrade.errors import UsageError

from .exports import write, zipped

if TYPE_CHECKING:
    from pathlib import Path

MOODLE_FOLDERS = {
    "Ada Lovelace_123_assignsubmission_file_/naps.py": "1",
    "Ada Lovelace_123_assignsubmission_onlinetext_/onlinetext.html": "<p>hello</p>",
    "Ben Ngô_7_assignsubmission_file_/x/naps.py": "2",
}
MOODLE_FLAT = {
    "Ada Lovelace_123_assignsubmission_file_naps.py": "1",
    "Ada Lovelace_123_assignsubmission_onlinetext_.html": "<p>x&nbsp;= 1<br>y = 2</p>",
    "Ben Ngô_7_assignsubmission_file_naps.py": "2",
}
CANVAS = {
    "lovelaceada_123_9001_naps.py": "1",
    "lovelaceada_123_9002_helper.py": "h",
    "lovelaceada_123_9101_naps-1.py": "again",
    "ngoben_LATE_7_9003_naps.py": "2",
}
GRADESCOPE = {
    "assignment_5_export/submission_metadata.yml": (
        "---\nsubmission_1:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '123'\n    :email: ada@x.edu\n"
        "  - :name: Ben Ngô\n    :sid: '7'\n  :created_at: 2026-02-28 22:13:51.226000000 Z\n"
        "submission_2:\n  :submitters:\n  - :name: Cleo\n  :created_at: 2026-03-01 01:00:00 +01:00\n"
    ),
    "assignment_5_export/submission_1/naps.py": "1",
}


def read(folder: Path, tmp_path: Path, slugs: tuple[str, ...] = ()) -> list[Attempt]:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return attempts_in(folder, scratch, slugs)


def as_folder(files: dict[str, Any], tmp_path: Path) -> Path:
    return write(tmp_path / "export", files)


def as_zip(files: dict[str, Any], tmp_path: Path) -> Path:
    (tmp_path / "export.zip").write_bytes(zipped(files))
    return tmp_path / "export.zip"


@pytest.mark.parametrize("made", [as_folder, as_zip])
class TestPlatforms:
    def test_moodle_in_folders(self, made: Any, tmp_path: Path) -> None:
        ada, ben = read(made(MOODLE_FOLDERS, tmp_path), tmp_path)
        assert [(one.student, one.ident) for one in (ada, ben)] == [("Ada Lovelace", "123"), ("Ben Ngô", "7")]
        assert collect(ada).files == {
            "naps.py": b"1", "onlinetext.html": b"<p>hello</p>", "onlinetext.py": b"hello",
        }  # fmt: skip
        assert collect(ben).files == {"x/naps.py": b"2"}

    def test_moodle_not_in_folders(self, made: Any, tmp_path: Path) -> None:
        ada, ben = read(made(MOODLE_FLAT, tmp_path), tmp_path)
        assert collect(ada).files["naps.py"] == b"1"
        assert collect(ada).files["onlinetext.py"].split() == b"x = 1 y = 2".split()
        assert collect(ben).files == {"naps.py": b"2"}

    def test_canvas(self, made: Any, tmp_path: Path) -> None:
        first, second, ben = read(made(CANVAS, tmp_path), tmp_path)
        assert [(one.student, one.ident, one.number, one.is_late) for one in (first, second, ben)] == [
            ("lovelaceada", "123", 1, False), ("lovelaceada", "123", 2, False), ("ngoben", "7", 1, True),
        ]  # fmt: skip
        assert collect(first).files == {"naps.py": b"1", "helper.py": b"h"}
        assert collect(second).files == {"naps.py": b"again"}

    def test_gradescope(self, made: Any, tmp_path: Path) -> None:
        ada, ben, cleo = read(made(GRADESCOPE, tmp_path), tmp_path)
        assert [(one.student, one.ident) for one in (ada, ben, cleo)] == [
            ("Ada Lovelace", "123"), ("Ben Ngô", "7"), ("Cleo", ""),
        ]  # fmt: skip
        assert ada.submitted == datetime(2026, 2, 28, 22, 13, 51, 226000, tzinfo=UTC)
        assert cleo.submitted == datetime(2026, 3, 1, tzinfo=UTC)
        assert collect(ada).files == collect(ben).files == {"naps.py": b"1"}
        assert collect(cleo).problem == "there is no folder submission_2"

    def test_a_folder_for_each_student_with_noise(self, made: Any, tmp_path: Path) -> None:
        files = {
            "all/ada/hw1/naps.py": "1", "all/ada/__MACOSX/._naps.py": "x", "all/.DS_Store": "x",
            "all/ben/naps.py.txt": "2", "all/ben/.ipynb_checkpoints/naps.py": "x",
        }  # fmt: skip
        ada, ben = read(made(files, tmp_path), tmp_path)
        assert (ada.student, collect(ada).files) == ("ada", {"hw1/naps.py": b"1"})
        assert (ben.student, collect(ben).files) == ("ben", {"naps.py": b"2"})

    def test_an_archive_a_notebook_or_a_program_for_each_student(self, made: Any, tmp_path: Path) -> None:
        files = {"ada.zip": zipped({"hw/naps.py": "1", "hw/more.zip": zipped({"data.txt": "d"})}), "ben.py": "2"}
        ada, ben = read(made(files, tmp_path), tmp_path)
        assert collect(ada).files == {"hw/naps.py": b"1", "hw/data.txt": b"d"}
        assert collect(ben).files == {"ben.py": b"2"}

    def test_clones_are_named_by_their_students(self, made: Any, tmp_path: Path) -> None:
        files = {"naps-ada/exercises/naps/naps.py": "1", "naps-ben/naps.py": "2"}
        assert [one.student for one in read(made(files, tmp_path), tmp_path, ("naps",))] == ["ada", "ben"]
        assert [one.student for one in read(made(files, tmp_path), tmp_path)] == ["naps-ada", "naps-ben"]


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=x", "-c", "user.email=x@x"]
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


def test_a_table_names_paths_and_commits(tmp_path: Path) -> None:
    repository = write(tmp_path / "clone", {"naps.py": "old"})
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "one", "--date=2026-02-01T10:00:00+00:00")
    git(repository, "tag", "handed-in")
    write(repository, {"naps.py": "new"})
    git(repository, "commit", "-q", "-a", "-m", "two")
    write(tmp_path, {"ben.py": "2"})
    write(tmp_path, {
        "who.csv": "student,path,id,commit,submitted,attempt\nAda,clone,1,handed-in,2026-02-01T10:00:00+00:00,\n"
        "Ada,clone,1,nowhere,,2\nBen,ben.py,2,,2026-02-02T10:00:00+01:00,\nCleo,gone,3,,,\n"
    })  # fmt: skip
    ada, again, ben, cleo = read(tmp_path / "who.csv", tmp_path)
    assert (collect(ada).files, ada.submitted) == ({"naps.py": b"old"}, datetime(2026, 2, 1, 10, tzinfo=UTC))
    assert (again.number, collect(again).problem) == (2, "git has no commit 'nowhere' in clone")
    assert (collect(ben).files, ben.submitted) == ({"ben.py": b"2"}, datetime(2026, 2, 2, 9, tzinfo=UTC))
    assert collect(cleo).problem == "there is no gone"
    assert ada.ident == "1"


def test_the_time_of_a_clone_is_that_of_its_last_commit(tmp_path: Path) -> None:
    repository = write(tmp_path / "class" / "ada", {"naps.py": "1"})
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "one")
    (ada,) = read(tmp_path / "class", tmp_path)
    assert ada.submitted is not None
    assert ada.submitted.tzinfo is not None


def test_two_students_of_one_name_are_told_apart(tmp_path: Path) -> None:
    files = {"Kim_1_assignsubmission_file_/naps.py": "1", "Kim_2_assignsubmission_file_/naps.py": "2"}
    assert [one.student for one in read(as_folder(files, tmp_path), tmp_path)] == ["Kim (1)", "Kim (2)"]
    write(tmp_path, {"ada.py": "", "who.csv": "student,path\nAda,ada.py\nAda,ada.py\n"})
    assert [(one.student, one.number) for one in read(tmp_path / "who.csv", tmp_path)] == [("Ada", 1), ("Ada", 2)]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"export/.hidden": ""}, "there is no submission in it"),
        ({"export/submission_metadata.yml": ": ["}, "it cannot be read"),
        ({"export/submission_metadata.yml": "- 1"}, "it cannot be read"),
    ],
)
def test_a_folder_without_submissions_is_named(files: dict[str, str], message: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    with pytest.raises(UsageError, match=message):
        read(tmp_path / "export", tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("who.csv", "name,file\na,b\n", "its columns are name, file: it needs student and path"),
        ("who.csv", b"\xff\xfe\x00", "it is no table that can be read"),
        ("export.zip", "no archive", "it is no zip archive that can be read"),
        ("export.tar", "no archive", "give a folder, a zip archive or a table"),
    ],
)
def test_a_file_that_is_no_export_is_named(name: str, text: str | bytes, message: str, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    with pytest.raises(UsageError, match=message):
        read(tmp_path / name, tmp_path)


class TestArchives:
    ROOM = Room(members=10, total=1000, single=500)

    def taken(self, data: bytes, tmp_path: Path, room: Room = ROOM) -> tuple[dict[str, bytes], list[str]]:
        (tmp_path / "x.zip").write_bytes(data)
        refused: list[str] = []
        return dict(members(tmp_path / "x.zip", room, refused)), refused

    def test_names_that_lead_out_are_refused(self, tmp_path: Path) -> None:
        names = ["/etc/x", "../x", "a/../../x", "C:\\x", "..\\x", "good/x"]
        taken, refused = self.taken(zipped(dict.fromkeys(names, "1")), tmp_path)
        assert taken == {"good/x": b"1"}
        assert len(refused) == len(names) - 1
        assert all(reason.endswith("its name leads out of the archive") for reason in refused)

    def test_a_link_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
            link = zipfile.ZipInfo("link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
            archive.writestr(zipfile.ZipInfo("folder/"), "")
        assert self.taken((tmp_path / "y.zip").read_bytes(), tmp_path) == (
            {}, ["link: it is a link, or no regular file"],
        )  # fmt: skip

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        packed = tmp_path / "bomb.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb", bytes(50_000_000))
            archive.writestr("small", "1")
        assert packed.stat().st_size < 100_000
        assert self.taken(packed.read_bytes(), tmp_path) == (
            {"small": b"1"}, ["bomb: larger than what is taken of it"],
        )  # fmt: skip

    def test_what_an_archive_says_of_its_sizes_is_not_believed(self, tmp_path: Path) -> None:
        data = zipped({"x": "1" * 100})
        lied = data.replace((100).to_bytes(4, "little"), (5).to_bytes(4, "little"))
        with pytest.raises(ArchiveError, match="no zip archive that can be read"):
            self.taken(lied, tmp_path)

    def test_more_than_there_is_room_for_is_refused(self, tmp_path: Path) -> None:
        taken, refused = self.taken(zipped({f"{number}": "1" * 300 for number in range(4)}), tmp_path)
        assert (list(taken), refused) == (["0", "1", "2"], ["3: larger than what is taken of it"])
        with pytest.raises(ArchiveError, match="there are 11 files in it, and at most 10 are taken"):
            self.taken(zipped({f"{number}": "1" for number in range(11)}), tmp_path)

    def test_names_in_utf_8_that_are_not_said_to_be(self, tmp_path: Path) -> None:
        data = zipped({"Ngo/naps.py": "1"}).replace(b"Ngo/", "ö/x".encode()[:4])
        assert list(self.taken(data, tmp_path)[0]) == ["ö/xnaps.py"]

    def test_a_password_is_told(self, tmp_path: Path) -> None:
        data = bytearray(zipped({"x": "1"}))
        start = data.index(b"PK\x01\x02")
        data[start + 8] |= 1
        assert self.taken(bytes(data), tmp_path) == ({}, ["x: it has a password"])


def test_links_and_large_files_of_a_student_are_named(tmp_path: Path) -> None:
    write(tmp_path / "ada", {"naps.py": "1", "large": bytes(5_000_001), "notes.zip": "broken"})
    (tmp_path / "ada" / "link").symlink_to("/etc/passwd")
    found = collect(Attempt("ada", (("", tmp_path / "ada"),)))
    assert set(found.files) == {"naps.py"}
    assert found.notes[0] == "large: larger than 5 MB"
    assert found.notes[1] == "link: it is a link"
    assert found.notes[2].startswith("notes.zip: it is no zip archive that can be read")


def test_what_cannot_be_read_at_all_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, {"ada.zip": "broken"})
    found = collect(Attempt("ada", (("ada.zip", tmp_path / "ada.zip"),)))
    assert found.problem.startswith("ada.zip: it is no zip archive that can be read")


def test_a_folder_that_we_may_not_look_into_was_committed_at_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(path)

    monkeypatch.setattr(type(tmp_path), "exists", refuse)
    assert time_of_commit(tmp_path) is None
