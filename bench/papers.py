"""How many certificates a second: the press with its warm compiler against a fresh compile for each, in one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import typst

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.integrations.papers_cast import CERTIFICATE

from sonae.integrations.typst.letters import FONT_FILES
from sonae.integrations.typst.press import STANDARDS, TEMPLATES, TypstPress, verification_code_svg

SECONDS_EACH = 3.0


def main() -> None:
    """Print both speeds and their ratio. Every paper has another number, so that no finished page can be used again."""
    press = TypstPress()
    press.render(template="certificate", facts=CERTIFICATE.as_dict(), language="ja")

    def warm(number: int) -> bytes:
        return press.render(template="certificate", facts=_facts(number), language="ja")

    warm_rate, fresh_rate = _papers_a_second(warm), _papers_a_second(_fresh)
    print("certificate, Japanese, PDF/UA-1 and PDF/A-2a, one thread")
    print(f"  warm compiler    {warm_rate:8.1f} a second")
    print(f"  fresh compile    {fresh_rate:8.1f} a second")
    print(f"  ratio            {warm_rate / fresh_rate:8.1f}")


def _facts(number: int) -> dict[str, object]:
    return CERTIFICATE.as_dict() | {
        "certificate_number": f"S26-{number:06}",
        "insured_name": f"髙﨑会計事務所 第{number}",
        "verification_url": f"https://sonae.example/verify/{number:016X}",
    }


def _fresh(number: int) -> bytes:
    facts = _facts(number)
    made = typst.compile(
        str(TEMPLATES / "certificate.typ"),
        root=str(TEMPLATES),
        font_paths=[str(path.parent) for path in FONT_FILES],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=list(STANDARDS),
        sys_inputs={
            "facts": json.dumps(facts, ensure_ascii=False),
            "language": "ja",
            "letters_missing": "no",
            "code_svg": verification_code_svg(str(facts["verification_url"])),
        },
    )
    assert isinstance(made, bytes)
    return made


def _papers_a_second(make: Callable[[int], bytes]) -> float:
    begun, made = perf_counter(), 0
    while perf_counter() - begun < SECONDS_EACH:
        made += 1
        assert make(made).startswith(b"%PDF")
    return made / (perf_counter() - begun)


if __name__ == "__main__":
    main()
