"""Exactly once for any client on httpx: one key for all attempts of a write, repeats that do no harm, an end that says what is known.

contract/README.md has the rules, contract/vectors the cases that hold this file to them.

    api = Client(base_url=url, httpx_args={"transport": ExactlyOnce(httpx.HTTPTransport())})
"""

import json
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import httpx

Certainty = Literal["done", "not_done", "unknown"]
"""What the caller knows of a call that has ended. After `unknown` the same call under the same key finds out."""

KEY = "Idempotency-Key"
# Headers of the answer that say how it came about.
CERTAINTY = "x-client-certainty"
ATTEMPTS = "x-client-attempts"

TRANSIENT = {"throttled", "integration_failed", "storage_unavailable", "gateway_timeout"}
# It would have been the same for every attempt: no earlier one has done the write either.
SETTLES = {"malformed_body", "validation_failed", "payload_too_large", "unsupported_media_type", "idempotency_key_reused"}


class NoAnswer(httpx.TransportError):
    """A call that got no answer in the end. Send a write again with `key` to find out; reads have none."""

    def __init__(self, certainty: Certainty, attempts: int, key: str | None):
        super().__init__(f"no answer after {attempts} attempts: {certainty}")
        self.certainty: Certainty = certainty
        self.attempts = attempts
        self.key = key


def mint_key() -> str:
    """A UUIDv7: the time in milliseconds, then chance. From Python 3.14 on the standard library has uuid.uuid7."""
    number = int(time.time() * 1000) << 80 | uuid.uuid4().int & (1 << 80) - 1
    return str(uuid.UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))


@dataclass
class Ended:
    """How an attempt ended."""

    answer: httpx.Response | None = None
    error: httpx.TransportError | None = None
    code: str | None = None

    @property
    def connected(self) -> bool:
        return not isinstance(self.error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))

    @property
    def timed_out(self) -> bool:
        return isinstance(self.error, httpx.TimeoutException)

    @property
    def interrupted(self) -> bool:
        return self.error is not None and self.connected and not self.timed_out

    def may_help(self) -> bool:
        """Whether another attempt may fare better, harm aside."""
        if self.answer is None:
            return isinstance(self.error, (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError))
        return self.code in TRANSIENT or self.code is None and self.answer.status_code in (408, 429, 502, 503, 504)

    def settles(self) -> bool:
        if self.answer is None:
            return False
        return self.code in SETTLES or self.code is None and self.answer.status_code in (400, 413, 415)

    def leaves_open(self) -> bool:
        """Whether the service may have done the write although this is how it ended."""
        return self.connected and (self.answer is None or self.answer.status_code >= 500)


class ExactlyOnce(httpx.BaseTransport):
    """Wraps a transport. All calls that go through it share the budget of repeats."""

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        attempts: int = 4,
        base: float = 0.1,
        longest: float = 5,
        longest_retry_after: float = 10,
        budget: int = 500,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._transport = transport
        self._attempts = attempts
        self._base = base
        self._longest = longest
        self._longest_retry_after = longest_retry_after
        # A repeat takes 5, or 10 after a timeout, and gives them back when it succeeds. Threads may lose a token to each other.
        self._budget = self._tokens = budget
        self._sleep = sleep

    def close(self) -> None:
        self._transport.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        read = request.method in ("GET", "HEAD")
        # A key alone does not help an unconditional update: somebody may have written in between.
        harmless = request.method != "PUT" or request.headers.get("If-Match", "*") != "*"
        if not read and KEY not in request.headers:
            request.headers[KEY] = mint_key()
        key = request.headers.get(KEY)
        request.read()

        is_open = interrupted = False
        spent = 0
        attempt = 0
        while True:
            attempt += 1
            ended = self._once(request)
            answer = ended.answer
            if answer is not None and (answer.is_success or answer.status_code == 304):
                self._tokens = min(self._budget, self._tokens + max(spent, 1))
                return _told(answer, "done", attempt)
            if request.method == "DELETE" and is_open and answer is not None and answer.status_code == 404:
                # It is gone, as wanted.
                return _told(httpx.Response(204, request=request), "done", attempt)
            unknown = not read and (ended.leaves_open() or is_open and not ended.settles())
            asked = _seconds(answer)
            cost = 10 if ended.timed_out else 5
            again = (
                attempt < self._attempts
                and ended.may_help()
                and (harmless or not ended.connected)
                and asked <= self._longest_retry_after
                and self._tokens >= cost
            )
            if not again:
                certainty: Certainty = "unknown" if unknown else "not_done"
                if answer is not None:
                    return _told(answer, certainty, attempt)
                raise NoAnswer(certainty, attempt, key) from ended.error
            is_open = is_open or ended.leaves_open()
            spent = cost
            self._tokens -= cost
            # A request that died with its connection is repeated at once the first time.
            at_once = ended.interrupted and not interrupted
            interrupted = interrupted or ended.interrupted
            backoff = random.random() * min(self._longest, self._base * 2 ** (attempt - 1))
            self._sleep(0 if at_once else asked + backoff)

    def _once(self, request: httpx.Request) -> Ended:
        try:
            answer = self._transport.handle_request(request)
            # What breaks while the body is read is a lost answer too.
            answer.read()
        except httpx.TransportError as error:
            return Ended(error=error)
        return Ended(answer=answer, code=None if answer.is_success else _code(answer))


def _code(answer: httpx.Response) -> str | None:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        problem = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    code = problem.get("code") if isinstance(problem, dict) else None
    return code if isinstance(code, str) else None


def _seconds(answer: httpx.Response | None) -> float:
    said = answer.headers.get("retry-after", "") if answer is not None else ""
    return float(said) if said.isascii() and said.isdigit() else 0


def _told(answer: httpx.Response, certainty: Certainty, attempts: int) -> httpx.Response:
    answer.headers[CERTAINTY] = certainty
    answer.headers[ATTEMPTS] = str(attempts)
    return answer
