"""A server whose certificate can't be trusted: nothing was said to it, and the operator wants to read why."""

from __future__ import annotations

import ssl


def certificate_fault(error: BaseException) -> str:
    """What is wrong with the other side's certificate, from wherever the library has put it; empty when it is something else.

    Certificates are looked at before the first byte of a request goes out: with one of these, nothing was attempted.
    """
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {one.verify_message}"
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return ""
