"""One open stream, message by message: what may pass, how fast, and for how long."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Message, Receive, Send

from access.limits import SAID, SAID_BY_PERSON, Pace
from access.person import Person

LOG = logging.getLogger("waymark.access")
_OF_STRANGERS = {"rerun_script", "stop_script", "app_heartbeat"}
_ALLOWED = {*_OF_STRANGERS, "file_urls_request", "deferred_file", "dataframe_chunk"}
POLICY, LATER = 1008, 1013  # why a stream is closed: against the rules; too many


@dataclass(frozen=True)
class Said:
    """What one message of the stream asks for, and whether a person did it or the page by itself."""

    kind: str
    by_itself: bool


class Watched:
    """One open stream: each message is looked at before Streamlit gets it."""

    def __init__(
        self, who: Person | None, receive: Receive, send: Send, said: Callable[[bytes], Said],
        holds: Callable[[Person | None, Said], bool],
    ) -> None:  # fmt: skip
        """Watch a stream of somebody; `said` reads a message, `holds` says whether the sign-in still does."""
        self._who, self._receive, self._send, self._said, self._holds = who, receive, send, said, holds
        self._pace = Pace(SAID_BY_PERSON if who else SAID)
        self._is_closed = False

    async def receive(self) -> Message:
        """Return the next message that may pass; the end of the stream where the sign-in no longer holds."""
        while True:
            message = await self._receive()
            content = message.get("bytes")
            if message["type"] != "websocket.receive" or content is None:
                return message
            if self._pace.is_too_fast():
                LOG.warning("limited", extra={"event": "limited", "kind": "message"})
                return await self._closed(LATER)
            said = self._said(content)
            if not self._holds(self._who, said):
                return await self._closed(POLICY)
            if said.kind in (_ALLOWED if self._who else _OF_STRANGERS):
                return message

    async def _closed(self, code: int) -> Message:
        """Close the stream and return what tells Streamlit so."""
        await self.send({"type": "websocket.close", "code": code})
        self._is_closed = True
        return {"type": "websocket.disconnect", "code": code}

    async def send(self, message: Message) -> None:
        """Pass on what Streamlit draws, until the stream was closed here."""
        if not self._is_closed:
            await self._send(message)
