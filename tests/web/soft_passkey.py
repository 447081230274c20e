"""A passkey without a device: it makes and answers as a browser sends it, with the mark of a verified person or without."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from sonae.apps.parties.models import User

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
HOST, ORIGIN = "localhost", "http://localhost"


class SoftPasskey:
    """One key pair; ``user`` is whose it says it is."""

    def __init__(self, user: User) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.handle = websafe_encode(user_pk_to_url_str(user).encode())

    def made(self, options: str, *, verified: bool = True) -> str:
        """What a browser sends after making it."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))  # type: ignore[no-untyped-call]
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(ATTESTED, verified=verified) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options)
        return self._sent({"clientDataJSON": websafe_encode(told), "attestationObject": websafe_encode(attestation)})

    def answered(self, options: str, *, verified: bool = True) -> str:
        """What a browser sends to sign in."""
        data, told = self._data(0, verified=verified), self._told("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent(
            {
                "clientDataJSON": websafe_encode(told), "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature), "userHandle": self.handle,
            }
        )  # fmt: skip

    def _data(self, flags: int, *, verified: bool) -> bytes:
        flags |= PRESENT | (VERIFIED if verified else 0)
        return hashlib.sha256(HOST.encode()).digest() + bytes([flags]) + struct.pack(">I", 0)

    def _told(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["publicKey"]["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": False}).encode()

    def _sent(self, response: dict[str, Any]) -> str:
        id_ = websafe_encode(self.id)
        return json.dumps(
            {"id": id_, "rawId": id_, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )


def add_passkey(browser: Client, passkey: SoftPasskey, *, verified: bool = True) -> Any:
    """On the page for it."""
    options = browser.get("/portal/security/passkey/").context["options"]
    return browser.post(
        "/portal/security/passkey/", {"name": "鍵", "credential": passkey.made(options, verified=verified)}
    )


def sign_in_with(browser: Client, passkey: SoftPasskey, *, verified: bool = True) -> Any:
    """As the script of the sign-in page does."""
    options = browser.post("/sign-in/passkey/").content.decode()
    return browser.post("/sign-in/passkey/", {"credential": passkey.answered(options, verified=verified)})
