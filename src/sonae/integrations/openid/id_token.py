"""Is this ID token to be believed? Signed by the provider, for us, not over, and in answer to this very beginning."""

from __future__ import annotations

import secrets
from typing import Any

import jwt

from sonae.apps.people.identity_provider import ProviderRefused

# Of the provider's own pair of keys. Never "none", and none that are signed with a secret we share: a public key would pass for it.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS = 60
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def check_id_token(token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Its claims. Raises ``ProviderRefused`` with the reason."""
    try:
        algorithm, key = _key_of(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefused(f"ID token: {type(error).__name__}") from error
    _check_party(claims, client_id)
    if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise ProviderRefused("ID token: it answers another beginning (nonce)")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ProviderRefused("ID token: no subject")
    return claims


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """A token for several parties, or made for another one, names the one that asked for it (azp): that must be us."""
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != client_id:
        raise ProviderRefused("ID token: it was made for another party (azp)")


def _key_of(token: str, keys: dict[str, Any]) -> tuple[str, Any]:
    """The algorithm and the key that the token's head names, of those that the provider publishes for signing."""
    head = jwt.get_unverified_header(token)
    algorithm = head.get("alg")
    if algorithm not in ALGORITHMS:
        raise ProviderRefused("ID token: unsigned, or signed in a way that we don't take")
    published = [key for key in keys.get("keys", []) if isinstance(key, dict) and key.get("use", "sig") == "sig"]
    fitting = [key for key in published if key.get("kid") == head.get("kid")] if head.get("kid") else published
    if len(fitting) != 1:
        raise ProviderRefused("ID token: no key fits")
    if fitting[0].get("alg", algorithm) != algorithm:
        raise ProviderRefused("ID token: the key is for another way of signing")
    return algorithm, jwt.PyJWK(fitting[0], algorithm=algorithm).key
