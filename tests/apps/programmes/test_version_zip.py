"""A zip of a version's folder: taken as it was packed, and refused in words when it is anything else."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.apps.programmes.draft_files import LARGEST_FILE_BYTES, MOST_FILES, FilesRefused, check_files, check_name
from sonae.apps.programmes.version_zip import LARGEST_ZIP_BYTES, read_zip
from tests.domain.versions import AFTER, files_of
from tests.drafts import zip_of

SHIPPED = files_of(AFTER)


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as container:
        for name, content in entries:
            container.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("folder", ["", "2027-12-01/"])
def test_the_folder_comes_out_as_it_was_packed(folder: str) -> None:
    assert read_zip(zip_of(SHIPPED, folder=folder)) == SHIPPED


def test_what_file_managers_add_is_left_out() -> None:
    hidden = {"__MACOSX/._product.toml": b"x", ".DS_Store": b"x", "rates/.swp": b"x"}
    assert read_zip(zip_of({**SHIPPED, **hidden})) == SHIPPED


def test_two_folders_keep_their_names() -> None:
    assert read_zip(zip_of({"a/x.toml": b"1", "b/x.toml": b"2"})) == {"a/x.toml": b"1", "b/x.toml": b"2"}


def refused(content: bytes) -> str:
    with pytest.raises(FilesRefused) as caught:
        read_zip(content)
    return caught.value.said.en


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../product.toml",
            "a/../../x",
            "/etc/passwd",
            "a//b",
            "C:/x",
            "a\\b",
            "..",
            "a/./b",
            "x" * 121,
            "a\x07b",
            "a/ /b",
        ),
        *("a/..", "\u202etxt.toml"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "this name" in refused(packed((name, b"x")))
    with pytest.raises(FilesRefused):
        check_name(name)


def test_links_and_devices_are_refused() -> None:
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK):
        entry = zipfile.ZipInfo("product.toml")
        entry.external_attr = (kind | 0o777) << 16
        assert "Links" in refused(packed((entry, b"/etc/passwd")))


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    assert "too large" in refused(packed(("product.toml", b"\0" * (LARGEST_FILE_BYTES + 1))))
    several = [(f"rates/{number}.csv", b"\0" * LARGEST_FILE_BYTES) for number in range(5)]
    assert "too large" in refused(packed(*several))


def test_a_bomb_that_understates_its_size_gains_nothing() -> None:
    honest = packed(("product.toml", b"\0" * 3_000_000))
    lying = honest.replace(struct.pack("<L", 3_000_000), struct.pack("<L", 10))
    assert lying != honest
    assert "can’t be read" in refused(lying)


def test_a_zip_within_a_zip_stays_packed() -> None:
    inner = packed(("product.toml", b"\0" * 900_000))
    assert read_zip(packed(("inner.zip", inner))) == {"inner.zip": inner}


def test_too_many_files_are_refused() -> None:
    assert "files are taken" in refused(packed(*((f"examples/{number}.toml", b"") for number in range(MOST_FILES + 1))))
    assert "files are taken" in refused(packed(*((f"d{number}/", b"") for number in range(2 * MOST_FILES + 1))))


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = packed(("product.toml", b"1"), ("product.toml", b"2"))
    assert "one name" in refused(twice)
    assert "one name" in refused(packed(("product.toml", b"1"), ("Product.toml", b"2")))


def test_a_password_and_other_packings_are_refused() -> None:
    content = bytearray(packed(("product.toml", b"x"), packing=zipfile.ZIP_STORED))
    for place in (content.index(b"PK\x01\x02") + 8, 6):
        content[place] |= 1
    assert "password" in refused(bytes(content))
    assert "can’t be read" in refused(packed(("product.toml", b"x" * 100), packing=zipfile.ZIP_LZMA))
    assert "can’t be read" in refused(packed(("product.toml", b"x" * 100), packing=zipfile.ZIP_BZIP2))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"no zip", packed(("a", b"x"))[:-10], b"PK\x05\x06" + b"\0" * 18],
    ids=["empty", "begun", "text", "cut_off", "nothing_in_it"],  # a packed file holds the moment at which it was packed
)
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert refused(content)


def test_a_packed_file_beyond_the_limit_is_refused_unread() -> None:
    assert "zip may have" in refused(b"PK\x03\x04" + b"\0" * LARGEST_ZIP_BYTES)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_damaged_zip_makes_it_stumble(data: st.DataObject) -> None:
    content = bytearray(zip_of({"product.toml": b"a = 1\n" * 50, "rates/base.csv": b"x,y\n"}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        files = read_zip(bytes(content))
    except FilesRefused:
        return
    for name in files:
        check_name(name)


HOSTILE = [
    ("product.toml", b"x = " + b"9" * 5_000),
    ("product.toml", b"x = 0x" + b"f" * 5_000),
    ("product.toml", b"x = " + b"[" * 4_000 + b"]" * 4_000),
    ("product.toml", b"effective_date = 9999-12-31\n"),
    ("product.toml", b"programme = 0x" + b"f" * 4_000),
    ("rates/base.csv", b"item,value_yen,tag\nbase_premium," + b"9" * 5_000 + b",assumed\nrounding_unit,10,assumed\n"),
    ("rates/industry.csv", b"\xff\xfe" + "コード".encode("utf-16-le")),
    ("questions.toml", "質問".encode("cp932")),
    ("product.toml", b"\0" * 1_000),
    ("examples/x.toml", b'[facts]\n[expected]\n[expected.steps]\nbase = "1e999999999"\n'),
]


@pytest.mark.parametrize(("name", "content"), HOSTILE)
def test_hostile_files_are_findings_and_nothing_else(name: str, content: bytes) -> None:
    checked = check_files({**SHIPPED, name: content})
    assert [one for one in checked.findings if one.file == name]
    assert checked.product is None


def test_a_wrong_encoding_is_named_with_what_to_do() -> None:
    content = SHIPPED["questions.toml"].decode().encode("cp932", "replace")
    (told,) = [
        one for one in check_files({**SHIPPED, "questions.toml": content}).findings if one.file == "questions.toml"
    ]
    assert (told.message, told.suggestion) == ("the file is not UTF-8.", "It looks like Shift_JIS; save it as UTF-8.")
