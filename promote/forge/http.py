"""One way to speak to a forge's API: time limits, retries that do nothing twice, no token let out.

GET, PUT, PATCH and DELETE say what shall be and are tried again. A POST is tried again only when
the forge says that it did nothing; otherwise `LostAnswerError` asks the caller to look first.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from promote.errors import ForgeError
from promote.forge.answers import Answer, LostAnswerError, RefusedError, messages, read_json
from promote.forge.reading import at, items, text
from promote.forge.waiting import backoff, rate_wait

if TYPE_CHECKING:
    import ssl
    from collections.abc import Container, Iterator

    from promote.forge.tokens import Token
    from promote.model.json import Document, Json

TRIES: Final = 6
_CONNECT_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 60.0
_LONGEST_WAIT: Final = 300.0
_REDIRECTS: Final = 3
_LONGEST_MESSAGE: Final = 300

# Bitbucket says 555 of a merge that takes too long.
_PASSING: Final = frozenset({500, 502, 503, 504, 555})
_MOVED: Final = frozenset({301, 302, 307, 308})
_STRANGER: Final = 203
"""What Azure DevOps says, with a page to sign in, to a token that it does not know."""
_UNAUTHORISED: Final = 401

Query = Mapping[str, str | int | bool]
T = TypeVar("T")


class Api:
    """A forge's API.

    Args:
        base: its address, to which paths are added; https, or http on this machine.
        token: who asks.
        ca: a file of certificate authorities besides the system's.
        sleep: waits; tests put their own.
        seconds: how long the forge may take to answer.
    """

    def __init__(
        self,
        base: str,
        token: Token,
        *,
        ca: str = "",
        sleep: Callable[[float], None] = time.sleep,
        seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self.base = base.rstrip("/")
        self.token = token
        self._sleep = sleep
        authorities = _authorities(ca)
        try:
            # Proxies come from the environment. Redirects are followed in `_once`, which compares
            # hosts.
            self._client = httpx.Client(
                headers={"User-Agent": "promote", "Accept": "application/json"},
                timeout=httpx.Timeout(seconds, connect=_CONNECT_SECONDS),
                verify=authorities,
                follow_redirects=False,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise ForgeError(
                f"the proxy that the environment names cannot be used: {token.hide(str(error))}",
                hint="HTTPS_PROXY and ALL_PROXY hold http://HOST:PORT, NO_PROXY host names",
            ) from None

    def always(self, headers: Mapping[str, str]) -> None:
        """Say this with each request."""
        self._client.headers.update(headers)

    def get(self, path: str, query: Query | None = None) -> Json:
        """What is at a path.

        Raises:
            RefusedError: the forge does not give it.
            ForgeError: it cannot be reached.
        """
        return self.send("GET", path, query=query).document

    def find(self, path: str, query: Query | None = None) -> Json:
        """What is at a path; None if nothing is, or it is not ours to see."""
        answer = self.send("GET", path, query=query, allow=(403, 404))
        return answer.document if answer.status < 400 else None  # noqa: PLR2004 - HTTP's refusals

    def send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: Query | None = None,
        allow: Container[int] = (),
    ) -> Answer:
        """Ask, again where that is safe.

        Args:
            method: the verb of HTTP.
            path: added to the base, or an address that the forge gave.
            body: sent as JSON; None sends nothing.
            query: what follows the question mark.
            allow: refusals that are an answer.

        Raises:
            RefusedError: the forge refuses.
            LostAnswerError: a POST whose fate is not known.
            ForgeError: the forge cannot be reached.
        """
        url = self._url(path)
        what = f"{method} {urlsplit(url).path}"
        waited, reason = 0.0, ""
        for attempt in range(TRIES):
            try:
                answer = self._once(method, url, body, query)
            except httpx.RequestError as error:
                reason = self.token.hide(f"{type(error).__name__}: {error}")
                if _UNTRUSTED in reason:
                    raise self._untrusted(reason) from None
                if method == "POST" and not isinstance(error, _NEVER_SENT):
                    raise LostAnswerError(f"{what}: no answer ({reason})", hint=_AGAIN) from None
                pause = backoff(attempt)
            else:
                wait = rate_wait(answer)
                if wait is None and answer.status not in _PASSING:
                    return self._judged(what, answer, allow)
                reason = f"{answer.status} {self.words(answer)}"
                if wait is None and method == "POST":
                    raise LostAnswerError(f"{what}: {reason}", hint=_AGAIN)
                pause = backoff(attempt) if wait is None else wait
            waited += pause
            if attempt + 1 == TRIES or waited > _LONGEST_WAIT:
                break
            self._sleep(pause)
        raise ForgeError(f"{what}: {reason}, after {attempt + 1} tries", hint=_AGAIN)

    def pages(
        self, path: str, query: Query, *, size: tuple[str, int], key: str = ""
    ) -> Iterator[Document]:
        """All items of a list that comes in numbered pages.

        A server may have been told to give smaller pages than it is asked for. Where it says how
        much there is (a `Link` as RFC 8288 has it, or Gitea's count), a short page is not the last.

        Args:
            path: of the list.
            query: what follows the question mark besides.
            size: what the forge calls the size of a page, and how large it may be.
            key: where in an answer the items are; nowhere in particular if it is the list.
        """
        name, most = size
        seen = 0
        for page in itertools.count(1):
            answer = self.send("GET", path, query={**query, name: most, "page": page})
            found = items(at(answer.document, key) if key else answer.document)
            yield from found
            seen += len(found)
            if not found or not _goes_on(answer, seen, full=len(found) >= most):
                return

    def linked(self, path: str, query: Query, *, key: str) -> Iterator[Document]:
        """All items of a list of which each page names the `next`."""
        document = self.get(path, query)
        while True:
            yield from items(at(document, key))
            following = text(document, "next")
            if not following:
                return
            document = self.get(following)

    def words(self, answer: Answer) -> str:
        """What the forge says of a refusal, fit to print."""
        said = " ".join(messages(answer.document)) or "no reason given"
        return self.token.hide(" ".join(said.split()))[:_LONGEST_MESSAGE]

    def pause(self, attempt: int) -> None:
        """Wait before something is looked at again."""
        self._sleep(backoff(attempt))

    def once(self, act: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Do what must not be done twice.

        Args:
            act: does it.
            look: finds what it would have made.

        Raises:
            ForgeError: it is refused, and is not there.
        """
        for attempt in range(TRIES):
            try:
                return act()
            except LostAnswerError:
                self.pause(attempt)
                found = look()
                if found is not None:
                    return found
                if attempt + 1 == TRIES:
                    raise
            except RefusedError as error:
                found = look() if error.status in {400, 405, 409, 422} else None
                if found is None:
                    raise
                return found
        raise AssertionError

    def _once(self, method: str, url: str, body: Json, query: Query | None) -> Answer:
        content = None if body is None else orjson.dumps(body)
        headers = {**self.token.header}
        if content is not None:
            headers["Content-Type"] = "application/json"
        for _ in range(_REDIRECTS):
            response = self._client.request(
                method, url, content=content, params=query, headers=headers
            )
            if response.status_code == _STRANGER:
                return Answer(_UNAUTHORISED, response.headers, None)
            if response.status_code not in _MOVED or "location" not in response.headers:
                return Answer(response.status_code, response.headers, read_json(response))
            url, query = self._same_host(url, response.headers["location"]), None
        raise ForgeError(f"{self.token.hide(url)} redirects without end")

    def _url(self, path: str) -> str:
        if "://" not in path:
            return f"{self.base}{path}"
        return self._same_host(self.base, path)

    def _same_host(self, here: str, there: str) -> str:
        """An address that the forge names, which gets the token: so of the same host only."""
        try:
            target = urljoin(here, there)
            same = urlsplit(target)[:2] == urlsplit(self.base)[:2]
        except ValueError:
            raise ForgeError(f"the forge at {self.base} points to what is no address") from None
        if not same:
            raise ForgeError(
                f"the forge at {self.base} points to another host: {self.token.hide(target)}",
                hint="if that is right, set `forge: {url: …}` to it",
            )
        return target

    def _judged(self, what: str, answer: Answer, allow: Container[int]) -> Answer:
        if answer.status < 400 or answer.status in allow:  # noqa: PLR2004 - HTTP's refusals
            return answer
        said = self.words(answer)
        message = f"the forge refuses {what}: {answer.status} {said}"
        raise RefusedError(message, answer.status, said, hint=self._next_step(answer.status, said))

    def _untrusted(self, reason: str) -> ForgeError:
        """What to do about a certificate; asking again would change nothing."""
        host = urlsplit(self.base).netloc
        why = reason.partition(f"{_UNTRUSTED}] ")[2].partition(" (_ssl")[0]
        hint = "name its authority: `forge: {ca-file: /path/to/authority.pem}` in promote.yaml"
        if "mismatch" in why.lower():
            hint = f"is {host} the name that the forge calls itself by? set `forge: {{url: …}}`"
        return ForgeError(f"{host} is not trusted: {why or reason}", hint=hint)

    def _next_step(self, status: int, said: str) -> str | None:
        if "not allowed" in said.lower():
            status = 403  # Gitea says it of a merge with 405, as of much else
        if not self.token.text and status in {401, 403, 404}:
            return f"there is no token: set {self.token.variable}"
        return {
            401: f"is the token in {self.token.variable} still valid?",
            403: f"may the token in {self.token.variable} do it? docs/forges.md says what it needs",
            404: f"does the repository exist, and may the token in {self.token.variable} see it?",
        }.get(status)


_UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
_AGAIN: Final = "run it again: it goes on from what is there"
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def _goes_on(answer: Answer, seen: int, *, full: bool) -> bool:
    """Whether another page follows one that was not empty."""
    if link := answer.headers.get("link", ""):
        return 'rel="next"' in link
    count = answer.headers.get("x-total-count", "")
    return seen < int(count) if count.isdecimal() else full


def _authorities(ca: str) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - only hosted forges need it

    context = ssl.create_default_context()
    if ca:
        try:
            context.load_verify_locations(cafile=ca)
        except OSError as error:
            raise ForgeError(
                f"the certificate authorities in {ca} cannot be read: {error.strerror or error}"
            ) from None
    return context
