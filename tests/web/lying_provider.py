"""A sign-on of our own on this machine that tells the truth, or lies in one thing when it is asked to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "sonae-tests"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def public_key(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    return {
        **json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())),
        "kid": "1",
        "use": "sig",
        "alg": "RS256",
    }


@dataclass
class Liar:
    """``claims`` is who signs in; ``changed`` alters the finished claims, ``sign`` how they are signed, ``answers`` all."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)  # by code
    challenges: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    sign: Any = None
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    slow: float = 0.0

    def press(self, address: str) -> str:
        """The person signs in on the provider's page: the code with which the browser is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.nonces)}"
        self.nonces[code], self.challenges[code] = asked["nonce"], asked["code_challenge"]
        return code

    def token(self, code: str) -> str:
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": moment, "exp": moment + 300, "nonce": self.nonces[code],
                  **self.claims, **self.changed}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return str(self.sign(claims))
        return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            status, body = self.answers[path]
            return status, body
        if path == "/.well-known/openid-configuration":
            names = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "jwks_uri": "keys",
                "userinfo_endpoint": "me",
            }
            described = {name: f"{self.issuer}/{place}" for name, place in names.items()}
            return 200, json.dumps({"issuer": self.issuer, **described}).encode()
        if path == "/keys":
            return 200, json.dumps({"keys": [public_key(KEY)]}).encode()
        if path == "/me":
            return 200, json.dumps({"sub": self.claims["sub"]}).encode()
        if path == "/token":
            return self._exchange(form)
        return 404, b"{}"

    def _exchange(self, form: dict[str, list[str]]) -> tuple[int, bytes]:
        code, verifier = form["code"][0], form.get("code_verifier", [""])[0]
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if code not in self.nonces or digest != self.challenges[code]:
            return 400, b'{"error": "invalid_grant"}'
        return 200, json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": self.token(code)}).encode()


@contextmanager
def lying_provider() -> Iterator[Liar]:
    """While it lasts, it listens on loopback."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            self._reply(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _reply(self, form: dict[str, list[str]]) -> None:
            time.sleep(liar.slow)
            status, body = liar.answer(urlsplit(self.path).path, form)
            self.send_response(status)
            if status in {301, 302, 307}:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
