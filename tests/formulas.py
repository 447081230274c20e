"""Texts that a spreadsheet would run as a formula, were they left as they are (F19)."""

from __future__ import annotations

PAYLOADS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1,1)",
    '="quoted","cells"',
    "=cmd|'/c calc'!A1",
    " =1+1",
)
