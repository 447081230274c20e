"""Rows of the log → the domain's acts."""

from __future__ import annotations

from collections.abc import Iterable

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.domain.certificate.log import Act, Kind, flat
from sonae.domain.period import Term


def act_of(entry: Transaction, seq_of: dict[int, int]) -> Act:
    """One row; ``seq_of`` has the number of every row of its certificate by primary key."""
    reverses = None if entry.reverses_id is None else seq_of[entry.reverses_id]
    return Act(entry.seq, Kind(entry.kind), entry.effective_date, entry.recorded_at, flat(entry.patch), reverses)


def acts_of(entries: Iterable[Transaction]) -> tuple[Act, ...]:
    """The whole log of one certificate, in the order of its numbers."""
    rows = sorted(entries, key=lambda entry: entry.seq)
    seq_of = {entry.pk: entry.seq for entry in rows}
    return tuple(act_of(entry, seq_of) for entry in rows)


def term_of(certificate: Certificate) -> Term:
    """From the certificate's start to the expiry of its scheme year, whatever was cancelled."""
    return Term(certificate.starts_on, certificate.scheme_year.expiry_on)
