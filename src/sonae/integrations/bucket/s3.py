"""A bucket that speaks S3, wherever it stands. Credentials come from our settings alone, never from files of the account."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.parsers import ResponseParserError

from sonae.apps.membership.feed_store import ObjectChanged, ObjectTooLarge, StoredObject, StoreUnavailable
from sonae.integrations.certificate_faults import certificate_fault

PIECE_BYTES = 1 << 20
FETCH_SECONDS = 900.0  # of one whole object; a store that dribbles holds us no longer
GONE = {"404", "NoSuchKey", "412", "PreconditionFailed"}
REGION_OF_ANYWHERE = "us-east-1"  # what stores that have no regions expect in the signature


class S3Store:
    """The ``FeedStore`` of ``SONAE_FEED_BUCKET``."""

    def __init__(
        self,
        where: Mapping[str, str],
        *,
        connect_seconds: float = 5.0,
        read_seconds: float = 20.0,
        page_size: int = 1_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bucket, self._prefix = where["name"], where.get("prefix", "")
        self._page_size, self._clock = page_size, clock
        waiting = {"connect_timeout": connect_seconds, "read_timeout": read_seconds}
        self._s3: Any = boto3.session.Session(
            aws_access_key_id=where["access_key"], aws_secret_access_key=where["secret_key"],
            region_name=where.get("region") or REGION_OF_ANYWHERE,
        ).client(
            "s3",
            endpoint_url=where.get("endpoint") or None,
            config=Config(**waiting, retries={"total_max_attempts": 2, "mode": "standard"}, s3={"addressing_style": "path"}),
        )  # fmt: skip

    def list_objects(self) -> Iterator[StoredObject]:
        """What lies directly under the prefix."""
        with _in_our_words():
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix, Delimiter="/", PaginationConfig={"PageSize": self._page_size}
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    name = entry["Key"].removeprefix(self._prefix)
                    yield StoredObject(name, entry["Size"], entry["ETag"])

    def fetch(self, wanted: StoredObject, into: BinaryIO, *, most: int) -> None:
        """Counted as it comes: neither the listing nor the head of the answer is believed about its size."""
        if wanted.size > most:
            raise ObjectTooLarge
        until, taken = self._clock() + FETCH_SECONDS, 0
        with _in_our_words():
            answer = self._s3.get_object(Bucket=self._bucket, Key=self._prefix + wanted.name, IfMatch=wanted.tag)
            with closing(answer["Body"]) as body:
                for piece in body.iter_chunks(PIECE_BYTES):
                    taken += len(piece)
                    if taken > most:
                        raise ObjectTooLarge
                    if self._clock() > until:
                        raise StoreUnavailable(f"{wanted.name} did not come within {FETCH_SECONDS:.0f} s")
                    into.write(piece)
        if taken != wanted.size:
            raise StoreUnavailable(f"{wanted.name} broke off after {taken} of {wanted.size} bytes")

    def move(self, wanted: StoredObject, to: str) -> None:
        """S3 knows no renaming: a copy, then the old one goes."""
        key = self._prefix + wanted.name
        with _in_our_words():
            self._s3.copy_object(
                Bucket=self._bucket, Key=self._prefix + to, CopySource={"Bucket": self._bucket, "Key": key},
                CopySourceIfMatch=wanted.tag,
            )  # fmt: skip
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def write_text(self, name: str, text: str) -> None:
        """UTF-8."""
        with _in_our_words():
            self._s3.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=text.encode(),
                ContentType="text/plain; charset=utf-8",
            )


@contextmanager
def _in_our_words() -> Iterator[None]:
    """The library's errors as ours. Theirs may carry addresses and keys; ours say the code alone."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in GONE:
            raise ObjectChanged(code) from error
        raise StoreUnavailable(f"the store answered {code}") from error
    except (BotoCoreError, HTTPClientError, ResponseParserError) as error:
        raise StoreUnavailable(certificate_fault(error) or type(error).__name__) from error
