"""What the repository must not hold: traces of one machine, addresses of registries, unlocked parts, loose ends, long files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SRC, own_files, shown

THIS = Path(__file__).resolve()
TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".typ",
    ".csv",
    ".yml",
    ".yaml",
    ".json",
    "",
}
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|Users|root|work|mnt|opt|private|workspace)/[A-Za-z]")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|--(extra-)?index-url|--find-links|--trusted-host|npmjs\.|deb\.debian\.org"
)
LOOSE_END = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b")
CREDENTIAL = re.compile(r"[sr]k_live_\w{8}|-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30}")
MOST_LINES = 400


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Every line of the repository that the pattern finds, this page aside, which has to name what it looks for."""
    return [
        f"{shown(path)}:{number} {line.strip()[:100]}"
        for path in own_files()
        if path.suffix in TEXTS and path != THIS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize(
    "pattern",
    [MACHINE_PATH, REGISTRY, LOOSE_END, CREDENTIAL],
    ids=["machine path", "registry", "loose end", "credential"],
)
def test_the_repository_is_free_of(pattern: re.Pattern[str]) -> None:
    assert lines_with(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [
        (MACHINE_PATH, "see /home/aiko/sonae/x"),
        (MACHINE_PATH, 'open("/root/key")'),
        (REGISTRY, "--index-url https://mirror.example/simple"),
        (LOOSE_END, "# TODO later"),
        (CREDENTIAL, "key = 'sk_live_51abcdefg'"),
    ],
)
def test_each_search_finds_a_sample(pattern: re.Pattern[str], sample: str) -> None:
    assert pattern.search(sample)


@pytest.mark.parametrize("innocent", ["https://sonae.example/work/apply", "src/root/x", "{% url 'home' %}/home/"])
def test_an_address_of_the_web_is_no_machine_path(innocent: str) -> None:
    assert not MACHINE_PATH.search(innocent)


REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[\w,-]+\])?(?P<rest>.*)$")


@pytest.mark.parametrize("part", ["base", "test", "bench", "sbom", "attack"])
def test_every_locked_part_has_a_version_and_hashes(part: str) -> None:
    locked = (ROOT / "requirements" / f"{part}.txt").read_text().replace("\\\n", " ")
    wrong = [
        line[:80]
        for line in locked.splitlines()
        if line.strip()
        and not line.lstrip().startswith("#")
        and not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert wrong == []
    assert "://" not in locked


@pytest.mark.parametrize("part", ["base", "test", "bench", "sbom", "attack"])
def test_every_wanted_part_is_locked_and_has_its_reason(part: str) -> None:
    wanted = [
        found["name"].lower()
        for line in (ROOT / "requirements" / f"{part}.in").read_text().splitlines()
        if not line.startswith(("#", "-")) and (found := REQUIREMENT.match(line.strip()))
    ]
    locked = (ROOT / "requirements" / f"{part}.txt").read_text().lower()
    reasons = (ROOT / "docs" / "decisions" / "dependencies.md").read_text().lower()
    assert wanted
    assert [name for name in wanted if f"\n{name}==" not in f"\n{locked}"] == []
    assert [name for name in wanted if f"| `{name}` |" not in reasons] == []


def test_the_licence_is_one_and_the_same_everywhere() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert "Apache-2.0" in (ROOT / "README.md").read_text()


def test_no_file_of_the_code_is_too_long_to_be_read_at_once() -> None:
    long = [
        f"{shown(path)}: {count} lines"
        for path in own_files(SRC, suffixes=(".py", ".html", ".css", ".js"))
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > MOST_LINES
    ]
    assert long == []


VAGUE = {"utils", "helpers", "common", "misc", "manager", "tools", "stuff"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        shown(path) for path in own_files(SRC, suffixes=(".py",)) if path.stem in VAGUE or path.parent.name in VAGUE
    ] == []


def test_every_module_says_what_it_answers() -> None:
    silent = [
        shown(path)
        for path in own_files(SRC, suffixes=(".py",))
        if path.read_text().strip()
        and not path.read_text().lstrip("#! \n").startswith(('"""', "from django.apps import"))
        and "migrations" not in path.parts
    ]
    assert silent == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{shown(page)} → {target}"
        for page in own_files(suffixes=(".md",))
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_setting_that_is_read_from_the_environment_stands_in_the_manual() -> None:
    settings = "".join((SRC / "config" / "settings" / name).read_text() for name in ("base.py", "run.py"))
    read = set(re.findall(r'(?:environ\.get|_required|_kept_secret)\("([A-Z_]+)"', settings))
    manual = (ROOT / "docs" / "howto" / "production.md").read_text()
    assert len(read) > 15
    assert sorted(name for name in read if f"`{name}`" not in manual) == []


def test_every_test_that_a_document_names_is_there() -> None:
    tests = "".join(path.read_text() for path in own_files(ROOT / "tests", suffixes=(".py",)))
    missing = [
        f"{shown(page)} → {name}"
        for page in own_files(suffixes=(".md",))
        for name in re.findall(r"`(test_[a-z0-9_]+)`", page.read_text())
        if f"def {name}(" not in tests
    ]
    assert missing == []


def test_every_file_that_a_document_names_is_there() -> None:
    use_cases = [SRC / "apps" / app / "use_cases" for app in ("enrolment", "billing", "certificates")]
    bases = [ROOT, SRC, *use_cases, SRC / "config" / "settings", ROOT / "src"]
    missing = [
        f"{shown(page)} → {name}"
        for page in (*own_files(ROOT / "docs", suffixes=(".md",)), ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md")
        for name in re.findall(r"`([\w/]+\.(?:py|toml))`", page.read_text())
        if not any((base / name).exists() for base in (*bases, *_product_folders(), *_cited_beside(page)))
    ]
    assert missing == []


def _product_folders() -> list[Path]:
    return sorted((ROOT / "products" / "cyber").iterdir())


def _cited_beside(page: Path) -> list[Path]:
    """A file that is named by its last part alone stands in a folder that the same page names in full."""
    named = re.findall(r"`([\w/]+)/\w+\.py`", page.read_text())
    return [base / folder for folder in named for base in (ROOT, SRC, ROOT / "src")]
