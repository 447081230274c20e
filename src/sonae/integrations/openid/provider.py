"""The organiser's single sign-on by OpenID Connect: authorization code with PKCE, state and nonce, nothing else.

Nothing is asked of the provider until somebody presses the button, and nothing of it is kept: changed keys count at once.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from sonae.apps.people.identity_provider import Beginning, Claims, ProviderRefused
from sonae.integrations.call_out import Circuit
from sonae.integrations.openid.fetch import Line, look_up
from sonae.integrations.openid.id_token import check_id_token

DISCOVERY = "/.well-known/openid-configuration"
CIRCUIT = Circuit()


class OpenIDProvider:
    """Speaks to the provider that the settings name."""

    def __init__(self) -> None:
        self._issuer: str = settings.SONAE_OIDC_ISSUER
        self._line = Line(seconds=settings.SONAE_OIDC_TIMEOUT_SECONDS, circuit=CIRCUIT)

    def begin(self, *, return_address: str) -> Beginning:
        """Where to send the browser, with everything that the answer must fit."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": settings.SONAE_OIDC_CLIENT_ID,
            "redirect_uri": return_address,
            "scope": settings.SONAE_OIDC_SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        page = self._address(self._description(), "authorization_endpoint")
        address = f"{page}{'&' if urlsplit(page).query else '?'}{urlencode(asked)}"
        return Beginning(address=address, state=state, nonce=nonce, verifier=verifier)

    def finish(self, *, beginning: Beginning, code: str, return_address: str) -> Claims:
        """Exchange the code, check the token, and say what it claims; what the token leaves out is asked for."""
        described = self._description()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_address,
            "code_verifier": beginning.verifier,
        }
        basic = (settings.SONAE_OIDC_CLIENT_ID, settings.SONAE_OIDC_CLIENT_SECRET)
        answer = self._line.post(self._address(described, "token_endpoint"), form, basic=basic)
        claims = check_id_token(
            str(answer.get("id_token", "")),
            keys=self._line.get(self._address(described, "jwks_uri")),
            issuer=self._issuer,
            client_id=settings.SONAE_OIDC_CLIENT_ID,
            nonce=beginning.nonce,
        )
        if settings.SONAE_OIDC_NUMBER_CLAIM not in claims or "email" not in claims:
            claims = {**self._more_of(described, answer, claims["sub"]), **claims}
        return self._as_claims(claims)

    def _description(self) -> dict[str, Any]:
        """What the provider says of itself, if it is the one that the settings name."""
        described = self._line.get(f"{self._issuer}{DISCOVERY}")
        if str(described.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderRefused("the description is of another issuer")
        return described

    def _address(self, described: dict[str, Any], name: str) -> str:
        address = str(described.get(name, ""))
        look_up(address)
        return address

    def _more_of(self, described: dict[str, Any], answer: dict[str, Any], subject: str) -> dict[str, Any]:
        """What the userinfo adds; of somebody else it is not taken."""
        if "userinfo_endpoint" not in described or not answer.get("access_token"):
            return {}
        more = self._line.get(self._address(described, "userinfo_endpoint"), bearer=str(answer["access_token"]))
        if more.get("sub") != subject:
            raise ProviderRefused("the userinfo is of somebody else")
        return more

    def _as_claims(self, claims: dict[str, Any]) -> Claims:
        return Claims(
            issuer=self._issuer,
            subject=claims["sub"],
            email=_text(claims.get("email")),
            email_verified=claims.get("email_verified") is True,
            number=_text(claims.get(settings.SONAE_OIDC_NUMBER_CLAIM)),
            member_class=_text(claims.get(settings.SONAE_OIDC_CLASS_CLAIM)),
        )


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _text(value: object) -> str:
    """Of a claim; anything but a short text or a number says nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = str(value)
    return text if len(text) <= 254 and text.isprintable() else ""
