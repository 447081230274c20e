"""The secrets that Sandbox Card and its merchant share: from the environment, or a JSON file of its owner."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

DEFAULT_ACCOUNT = "acct_sonae"


@dataclass(frozen=True, slots=True)
class SharedSecrets:
    """``api_key`` opens the API, ``webhook_secret`` signs the webhooks, ``account`` names the merchant in them."""

    api_key: str
    webhook_secret: str
    account: str = DEFAULT_ACCOUNT


def secrets_of_environment(environment: Mapping[str, str]) -> SharedSecrets | None:
    """The secrets under the names that the merchant's settings have too; none unless both are there."""
    key = environment.get("SONAE_SANDBOX_CARD_KEY", "")
    webhook_secret = environment.get("SONAE_SANDBOX_CARD_WEBHOOK_SECRET", "")
    if not key or not webhook_secret:
        return None
    return SharedSecrets(key, webhook_secret, environment.get("SONAE_SANDBOX_CARD_ACCOUNT") or DEFAULT_ACCOUNT)


def read_or_create_secrets(path: Path) -> SharedSecrets:
    """The secrets in ``path``; made on the first call. Two processes that start together end with the same file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = SharedSecrets(f"sbk_{secrets.token_urlsafe(24)}", f"sbw_{secrets.token_urlsafe(24)}")
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(fresh), file, indent=2)
        try:
            os.link(scratch, path)  # fails when the other process was first, and never shows half a file
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    values = json.loads(path.read_text(encoding="utf-8"))
    return SharedSecrets(**{name: str(values[name]) for name in ("api_key", "webhook_secret", "account")})
