"""Channels of streamlit-gateway, for the script of a Streamlit app.

    from streamlit_gateway import channel

    prices = channel("prices")
    for message in prices.new: ...      # everything since the last rerun, in order, each exactly once
    prices.send({"op": "ping"})
    st.json(prices.last); prices.status # connecting, open, reconnecting, closed; and .reason

How it works. An invisible component opens the WebSocket in the visitor's own page, and so uses the page's origin, path
prefix and cookies. The page numbers and buffers incoming messages. When the script is at rest, the component delivers a
batch of messages by one trigger, which makes Streamlit rerun the script. A callback puts the batch into the session's
mailbox before the script runs. The component's ``data`` acknowledges the last number received. Unacknowledged messages
are delivered again, and their numbers prevent duplicates. Sends are numbered, too, and travel in the component's ``data``.

Everything happens within script runs. The module starts no thread and keeps its state in ``st.session_state``.
"""

from __future__ import annotations

import base64
import contextvars
import json
import uuid
import warnings
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import streamlit as st

__all__ = ["Channel", "Connection", "Gap", "Sent", "SharedConnection", "Status", "channel"]

_KEY = "streamlit-gateway"
_MAX_SENT = 200
_MAX_GAPS = 1000
_DEFAULT_BUFFER = 20_000


class Status(str):
    """State of a channel: ``connecting``, ``open``, ``reconnecting`` or ``closed``.

    ``reason`` is a short text, or empty.
    """

    reason: str

    def __new__(cls, state: str, reason: str = "") -> Status:
        status = super().__new__(cls, state)
        status.reason = reason
        return status

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.reason


class Gap(NamedTuple):
    """Messages that were missed. ``count`` is None when the number is unknown."""

    count: int | None  # type: ignore[assignment]
    reason: str


class Sent:
    """Result of one send. ``outcome`` is ``pending``, then ``delivered``, ``queued``, ``rejected`` or ``unknown``.

    ``number`` counts the sends of the session; ``reason`` explains a rejection. Reading ``outcome`` while it is pending
    requests a rerun for the time when it is known.
    """

    def __init__(self, number: int, box: _Mailbox) -> None:
        self.number = number
        self.reason = ""
        self._outcome = "pending"
        self._box = box

    @property
    def outcome(self) -> str:
        """``pending``, ``delivered``, ``queued``, ``rejected`` or ``unknown``."""
        if self._outcome == "pending":
            self._box.watch()
        return self._outcome

    def __repr__(self) -> str:
        return f"Sent({self.number}, {self.outcome}{': ' + self.reason if self.reason else ''})"


class _Mailbox:
    """State of one channel in one session. Kept in ``st.session_state``; accessed by script runs only."""

    def __init__(self, limit: int) -> None:
        self.session = uuid.uuid4().hex
        self.limit = limit
        # incoming messages, numbered by the page that delivers them
        self.page: str | None = None
        self.batch = 0
        self.received = 0
        self.resume: list[Any] | None = None
        self.unread: deque[dict[str, Any]] = deque()
        self.last: dict[str, Any] | None = None
        self.status = Status("connecting")
        self.gaps: deque[Gap] = deque(maxlen=_MAX_GAPS)
        self.missed = 0
        # outgoing messages, numbered by this mailbox
        self.sends = 0
        self.outbox: OrderedDict[int, list[str]] = OrderedDict()
        self.sent: OrderedDict[int, Sent] = OrderedDict()
        self.watched = False

    def take(self, batch: dict[str, Any]) -> None:
        """Adds the new messages of a batch. Messages received before are recognized by their numbers."""
        if batch["page"] != self.page:
            self.page, self.batch, self.received = batch["page"], 0, batch["from"] - 1
        for number, text in enumerate(batch["frames"], batch["from"]):
            if number > self.received:
                self.received = number
                self._take_text(text)
        if batch["batch"] > self.batch:
            self.batch = batch["batch"]
            self.resume = batch["cursor"]
            self.status = Status(*batch["status"])
        for number, outcome, reason in batch["outcomes"]:
            if (sent := self.sent.get(number)) is not None:
                sent._outcome, sent.reason = outcome, reason
        while self.outbox and next(iter(self.outbox)) <= batch["taken"]:
            self.outbox.popitem(last=False)

    def _take_text(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):  # valid JSON beyond Python's limits, such as very long numbers
            self._miss(1, "not readable")
        else:
            self._take_frame(frame)

    def _take_frame(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "gap":
            self._miss(frame.get("count"), frame.get("reason") or "")
            return
        self.last = frame
        self.unread.append(frame)
        if len(self.unread) > self.limit:
            self.unread.popleft()
            self._miss(1, "not read")

    def _miss(self, count: int | None, reason: str) -> None:
        self.missed += count or 0
        if count is not None and self.gaps and self.gaps[-1].reason == reason == "not read":
            count += self.gaps.pop().count or 0
        self.gaps.append(Gap(count, reason))

    def watch(self) -> None:
        """Makes the page rerun the script when outcomes are known."""
        if not self.watched:
            self.watched = True
            if (channel := _channels.get(self.session)) is not None:
                channel._post([])

    def put(self, message: Any) -> Sent:
        payload = _encode(message)
        self.sends += 1
        self.outbox[self.sends] = payload
        sent = self.sent[self.sends] = Sent(self.sends, self)
        while len(self.sent) > _MAX_SENT:
            self.sent.popitem(last=False)
        return sent


def _encode(message: Any) -> list[str]:
    if isinstance(message, str):
        return ["text", message]
    if isinstance(message, (bytes, bytearray, memoryview)):
        return ["base64", base64.b64encode(message).decode("ascii")]
    return ["data", json.dumps(message, allow_nan=False, separators=(",", ":"))]


def _decode(frame: dict[str, Any]) -> Any:
    if "data" in frame:
        return frame["data"]
    if "base64" in frame:
        return base64.b64decode(frame["base64"])
    return frame.get("text")


class New(Iterable[Any]):
    """Unread messages. Iterating reads a message when it yields it; the rest stays for the next iteration or run."""

    def __init__(self, box: _Mailbox) -> None:
        self._box = box

    def __iter__(self) -> Iterator[Any]:
        for _ in range(len(self._box.unread)):
            if not self._box.unread:
                return
            yield _decode(self._box.unread.popleft())

    def __len__(self) -> int:
        return len(self._box.unread)

    def __repr__(self) -> str:
        return f"<{len(self)} new messages>"


class Channel:
    """Handle on one channel in one run of the script. Created by :func:`channel`."""

    def __init__(self, box: _Mailbox, key: str, base: dict[str, Any], container: Any) -> None:
        self._box = box
        self._key = key
        self._base = base
        self._container = container

    @property
    def new(self) -> New:
        """All unread messages, in order, each exactly once. Iterating reads them; ``len`` and ``if`` do not."""
        if not self._base.get("scope") and _in_dialog():
            warnings.warn(
                f"channel {self._base.get('feed')!r} was opened outside this dialog: its messages rerun the whole page, "
                "which closes the dialog. Call channel() inside the dialog.",
                RuntimeWarning,
                stacklevel=2,
            )
        return New(self._box)

    @property
    def last(self) -> Any:
        """The newest message, read or not; None before the first."""
        return None if self._box.last is None else _decode(self._box.last)

    @property
    def status(self) -> Status:
        """State of the connections from the page to the gateway and from there to the feed, as of this run."""
        return self._box.status

    @property
    def gaps(self) -> list[Gap]:
        """Gaps since this property was last read. Reading clears it."""
        gaps = list(self._box.gaps)
        self._box.gaps.clear()
        return gaps

    @property
    def missed(self) -> int:
        """Number of messages missed in this session. Gaps of unknown size do not count."""
        return self._box.missed

    @property
    def sent(self) -> list[Sent]:
        """The latest sends, oldest first."""
        return list(self._box.sent.values())

    def send(self, message: Any) -> Sent:
        """Sends a message: a str as text, bytes as a binary frame, any other value as JSON.

        Must be called by the script. In a callback, the message is sent when the script runs.

        :raises TypeError: if the message cannot be written as JSON
        :raises ValueError: if the message contains NaN or infinity
        :raises RuntimeError: if called by another thread than the script's
        """
        return self.send_all([message])[0]

    def send_all(self, messages: Iterable[Any]) -> list[Sent]:
        """Sends many messages at once, much cheaper than by one :meth:`send` each."""
        if _context() is None:
            raise RuntimeError("send() must be called by the script, not by another thread")
        sent = [self._box.put(message) for message in messages]
        if sent:
            self._post([s.number for s in sent])
        return sent

    def _post(self, numbers: list[int]) -> None:
        """Passes sends to the page at once. If that is impossible here, the next run passes them."""
        context = _context()
        if context is None or not getattr(context, "_has_script_started", True):
            return
        key = f"{self._key}:out:{numbers[0] if numbers else 'watched'}"
        data = self._base | {"outbox": True} | _sends(self._box, numbers)
        try:
            with self._container:
                _mount(key, data)
        except st.errors.StreamlitAPIException:
            try:
                _mount(f"{key}:here", data)
            except st.errors.StreamlitAPIException:
                pass  # the sends stay in the outbox


# Latest channel of each mailbox, by session. Not an attribute of the mailbox, which must be picklable.
_channels: WeakValueDictionary[str, Channel] = WeakValueDictionary()


def channel(
    name: str, *, key: str | None = None, pace: float = 0.2, buffer: int = _DEFAULT_BUFFER, greeting: Any = None
) -> Channel:
    """Opens a channel for this browser tab.

    Call it in every run, at the top of the script, page or fragment that uses it. New messages rerun the script, or only
    the fragment if it is called in one.

    :param name: name of the channel in the gateway's configuration
    :param key: makes a second handle on the same channel, with its own socket
    :param pace: minimum number of seconds between reruns
    :param buffer: maximum number of messages that wait for a slow script, in the page and again in the session; beyond it
        the oldest are dropped and reported by :attr:`Channel.gaps`
    :param greeting: message, or list of messages, that the gateway sends to the feed at the start of each connection;
        needs a channel with ``send=true``
    """
    return _open({"channel": name}, key, pace, buffer, one_by_one=False, greeting=greeting)


def _open(
    target: dict[str, str], key: str | None, pace: float, buffer: int, one_by_one: bool, greeting: Any = None
) -> Channel:
    feed = ":".join([*target.values(), key or ""])
    scope = _fragment()
    key = ":".join(filter(None, [_KEY, feed, scope]))
    boxes = st.session_state.setdefault("_streamlit_gateway", {})
    box = boxes.setdefault(key, _Mailbox(buffer))
    box.limit = buffer
    base = {"feed": feed, "scope": scope, **target}
    data = base | {
        "session": box.session,
        "page": box.page,
        "batch": box.batch,
        "received": box.received,
        "resume": box.resume,
        "more": one_by_one and len(box.unread) > 1,
        "pace": pace,
        "buffer": buffer,
        "dialog": bool(scope) and _in_dialog(),
        "greeting": [_encode(message) for message in _messages(greeting)],
        **_sends(box, list(box.outbox)),
    }

    def take_batch() -> None:
        state = st.session_state.get(key) or {}
        if (batch := state.get("batch")) is not None:
            box.take(batch)

    def mount() -> Any:
        try:
            _mount(key, data, on_batch_change=take_batch)
        except st.errors.DuplicateWidgetID:
            pass  # a second call in this run: the component of the first call serves both
        return st.container()

    _channels[box.session] = opened = Channel(box, key, base, _outside_forms(mount))
    return opened


def _messages(greeting: Any) -> list[Any]:
    if greeting is None:
        return []
    return list(greeting) if isinstance(greeting, (list, tuple)) else [greeting]


def _sends(box: _Mailbox, numbers: list[int]) -> dict[str, Any]:
    """Returns sends for the page. The page has received all sends before the number ``first``."""
    return {
        "session": box.session,
        "watched": box.watched,
        "first": next(iter(box.outbox), box.sends + 1),
        "sends": [[number, *box.outbox[number]] for number in numbers],
    }


# --- Streamlit's internals. Without them, forms, fragments and dialogs work as far as the public API allows. -------------


def _context() -> Any:
    try:
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        return get_script_run_ctx(suppress_warning=True)
    except ImportError:
        return st  # unknown: assume that a script is running


def _fragment() -> str:
    """Returns the id of the current fragment, or "". Fragments rerun independently: each has its own mailbox."""
    try:
        from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

        return ThreadState.get().fragment_id or ""
    except (ImportError, AttributeError, LookupError):
        return getattr(_context(), "current_fragment_id", None) or ""


def _in_dialog() -> bool:
    """Checks for a dialog. When it reruns, only its root container distinguishes it from a fragment."""
    try:
        from streamlit.delta_generator_singletons import context_dg_stack
        from streamlit.proto.RootContainer_pb2 import RootContainer

        return any(dg._root_container == RootContainer.EVENT for dg in context_dg_stack.get())
    except (ImportError, AttributeError, LookupError):
        return False


def _outside_forms(work: Callable[[], Any]) -> Any:
    """Runs ``work`` before the enclosing form, if any: a component inside a form cannot rerun the script."""
    try:
        from streamlit.delta_generator_singletons import context_dg_stack

        stack = context_dg_stack.get()
        # every container has form data, but only containers in a form have a form id
        outside = next((i for i, dg in enumerate(stack) if getattr(dg._form_data, "form_id", "")), None)
    except (ImportError, AttributeError):
        outside = None
    if outside is None:
        return work()

    def run_outside() -> Any:
        context_dg_stack.set(stack[:outside])
        return work()

    return contextvars.copy_context().run(run_outside)


# --- classes in the form of earlier WebSocket helpers -------------------------------------------------------------------


class _CallbackConnection:
    """Calls a function with the messages of a channel during each run of the script."""

    def __init__(
        self,
        address_or_channel: str,
        on_message_cb: Callable[[dict[str, Any]], None] | None,
        mode: str,
        batch: bool,
        pace: float,
        greeting: Any,
    ) -> None:
        self._target = (
            {"address": address_or_channel, "mode": mode}
            if "://" in address_or_channel
            else {"channel": address_or_channel}
        )
        self._on_message = on_message_cb or _into_session_state
        self._batch = batch
        self._pace = pace
        self._greeting = greeting
        self._channel: Channel | None = None

    def _run(self) -> None:
        self._channel = _open(
            self._target, None, self._pace, _DEFAULT_BUFFER, one_by_one=not self._batch, greeting=self._greeting
        )
        box = self._channel._box
        for _ in range(len(box.unread) if self._batch else min(1, len(box.unread))):
            frame = box.unread.popleft()
            self._on_message(frame["data"] if "data" in frame else {"raw": _decode(frame)})

    @property
    def status(self) -> Status:
        """State of the channel, as of this run; see :attr:`Channel.status`."""
        return self._opened().status

    def send_message(self, message: Any) -> Sent:
        """Sends a message; see :meth:`Channel.send`."""
        return self._opened().send(message)

    async def send_message_async(self, message: Any) -> Sent:
        """Sends a message like :meth:`send_message`, for scripts with coroutines. Does not wait."""
        return self._opened().send(message)

    def _opened(self) -> Channel:
        if self._channel is None:
            raise RuntimeError("not connected: call connect() first")
        return self._channel


class Connection(_CallbackConnection):
    """Connection to a feed for this browser tab alone.

    Each run of the script passes one message to the callback, and the next message causes the next run. A script that
    keeps only ``last_message`` thus sees every message. With ``batch=True`` one run passes all unread messages, which is
    much faster.

    Create and connect it in every run:

        connection = Connection("ws://localhost:8011/ws", on_message_cb=on_message).connect()

    :param address_or_channel: name of a channel, or the address of a configured channel's feed
    :param on_message_cb: called with each message: the value of JSON, or ``{"raw": value}`` for other text and bytes.
        By default, ``last_message`` and ``new_event`` are set in ``st.session_state``
    :param batch: whether one run passes all unread messages
    :param pace: minimum number of seconds between reruns
    :param greeting: as for :func:`channel`
    """

    def __init__(
        self,
        address_or_channel: str,
        on_message_cb: Callable[[dict[str, Any]], None] | None = None,
        *,
        batch: bool = False,
        pace: float = 0.05,
        greeting: Any = None,
    ) -> None:
        super().__init__(address_or_channel, on_message_cb, "dedicated", batch, pace, greeting)

    def connect(self) -> Connection:
        """Opens the channel and passes unread messages to the callback. Returns without waiting for the connection."""
        self._run()
        return self


class SharedConnection(_CallbackConnection):
    """Connection to a feed that the gateway shares among all visitors. Each tab receives every message.

    Messages are passed to the callback as by :class:`Connection`. Get it in every run:

        connection = SharedConnection.get("ws://localhost:8011/ws", on_message_cb=on_message)
    """

    @classmethod
    def get(
        cls,
        address_or_channel: str,
        on_message_cb: Callable[[dict[str, Any]], None] | None = None,
        *,
        batch: bool = False,
        pace: float = 0.05,
        greeting: Any = None,
    ) -> SharedConnection:
        """Opens the channel and passes unread messages to the callback. Parameters are those of :class:`Connection`."""
        connection = cls(address_or_channel, on_message_cb, "shared", batch, pace, greeting)
        connection._run()
        return connection


def _into_session_state(message: dict[str, Any]) -> None:
    st.session_state.update(last_message=message, new_event=True)


# --- the component ------------------------------------------------------------------------------------------------------

# must have several lines: Streamlit takes a single line for the name of a file
_CSS = f"""
[class*="st-key-{_KEY}"] {{
  display: none !important;
}}
"""

_JS = r"""
const CLOSE_FORBIDDEN = 1008;        // close codes of the gateway
const CLOSE_TAKEN_OVER = 4001;
const PAGE = random();               // id of this load of the page, which numbers its messages
const MAX_BATCH = 10_000;            // messages in one batch
const MAX_BATCH_CHARS = 2_000_000;   // well below the limit of Streamlit's messages
const MAX_MESSAGE_CHARS = 4_000_000; // a larger message cannot be passed to Streamlit
const MAX_BUFFER_CHARS = 64_000_000;
const MAX_OUTGOING = 1000;           // sends that wait for the socket
const MAX_WRITERS = 200;             // sessions whose sends are remembered although they have no component here
const MAX_OUTCOME_RERUNS = 3;        // consecutive reruns only to report successful sends
const MAX_UNREPORTED_SENDS = 100;    // sends taken by the page and not yet acknowledged to the script
// times in ms
const STABLE_MS = 5000;              // a connection that lasted this long resets the retry delay
const UNMOUNT_MS = 2000;             // time without a component, with the script at rest, before the socket is closed
const PENDING_SENDS_MS = 30_000;     // time for which pending sends keep an unused socket open
const SETTLE_MS = 250;               // time that a state must last to cause a rerun
const INTERACTION_MS = 700;          // time for a visitor's action to reach the script before the next batch

const feeds = new Map();
const subscriptions = new Map();
const writers = new Map();      // by session; a writer outlives components and sockets to recognize repeated sends
let delivery = null;            // batches being processed by the script: {waiting, at, running, restingSince}
let timer = 0;
let wasAtRest = false;          // result of the previous atRest()
let interactedAt = -Infinity;   // time of the visitor's last action for which no run has been observed

export default function ({ data, key, parentElement, setTriggerValue }) {
  parentElement.closest?.('[data-testid="stElementContainer"]')?.style.setProperty("display", "none", "important");
  if (data.outbox) {
    const feed = feedOf(data);
    feed.write(data);
    feed.closeIfUnused();
    subscriptions.get(subscriptionId(data))?.watch(data);
    return;
  }
  const subscription = subscriptionOf(data);
  subscription.triggers.set(key, (value) => setTriggerValue("batch", value));
  subscription.update(data);
  return () => {
    subscription.triggers.delete(key);
    schedule(removeUnmounted, 100);
  };
}

function feedOf(data) {
  let feed = feeds.get(data.feed);
  if (!feed) feeds.set(data.feed, (feed = new Feed(data)));
  return feed;
}

function subscriptionOf(data) {
  const id = subscriptionId(data);
  let subscription = subscriptions.get(id);
  if (!subscription) {
    subscription = new Subscription(id, feedOf(data), data);
    subscriptions.set(id, subscription);
  }
  return subscription;
}

function subscriptionId({ feed, scope }) {
  return feed + " " + scope;
}

/** Sends of one session through this page, with their outcomes until the session has received them. */
class Writer {
  constructor() {
    this.next = 1;            // number of the next send; the page has taken all before it
    this.early = new Map();   // sends that arrived before an earlier one
    this.outcomes = [];       // [number, outcome, reason]
    this.outcomesSince = 0;
  }

  addOutcome(outcome) {
    if (!this.outcomes.length) this.outcomesSince = performance.now();
    this.outcomes.push(outcome);
  }
}

function writerOf(session) {
  let writer = writers.get(session);
  if (!writer) {
    const used = new Set([...subscriptions.values()].map((s) => s.session));
    for (const other of writers.keys()) if (writers.size >= MAX_WRITERS && !used.has(other)) writers.delete(other);
    writers.set(session, (writer = new Writer()));
  }
  return writer;
}

/** Socket to the gateway for one channel. Stays open, and reconnects, while it has subscriptions. */
class Feed {
  constructor({ feed, channel, address, mode, resume }) {
    Object.assign(this, { id: feed, name: channel, address, mode });
    this.client = random();
    [this.epoch, this.seq] = resume ?? [null, null];
    this.lastSeq = this.seq ?? -Infinity; // messages up to this number have been received
    this.state = "connecting";
    this.reason = "";
    this.subscriptions = new Set();
    this.failures = 0;
    this.readyAt = Infinity;
    this.outgoing = [];                   // sends that wait for the socket: [id, text]
    this.unanswered = new Map();          // id → text of sends without an outcome
    this.greeting = "";                   // greeting that the gateway has received on this connection
    this.greetingError = "";
    this.connect();
  }

  async connect() {
    this.cancelRetry?.();
    const attempt = (this.attempt = {});
    let name = this.name;
    try {
      name ??= await this.lookup();
    } catch {
      return this.attempt === attempt && this.onLost();
    }
    if (this.attempt !== attempt) return;
    if (name == null) return this.onRefused(`no channel for ${this.address}`);
    const url = endpoint(name);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("client", this.client);
    if (this.epoch != null) {
      url.searchParams.set("epoch", this.epoch);
      url.searchParams.set("after", this.seq);
    }
    let socket;
    try {
      socket = this.socket = new WebSocket(url, "gateway.channel.v1");
    } catch (e) {
      return this.onRefused(e.message);  // for example by a content security policy
    }
    const timeout = setTimeout(() => socket.close(), 15_000);
    let ready = false;
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return;
      const frame = JSON.parse(data);
      if (frame.type === "hello") {
        clearTimeout(timeout);
        ready = true;
        this.onHello(frame);
      } else {
        this.receive(frame, data);
      }
    };
    socket.onclose = async ({ code }) => {
      clearTimeout(timeout);
      if (this.socket !== socket) return;
      this.socket = null;
      this.ready = false;
      if (performance.now() - this.readyAt > STABLE_MS) this.failures = 0;
      if (code === CLOSE_TAKEN_OVER) this.client = random();
      if (code === CLOSE_FORBIDDEN) return this.onRefused("the gateway closed the connection");
      if (ready) return this.onLost();
      const reason = await refusal(name);
      if (this.attempt !== attempt) return;
      if (reason) this.onRefused(reason); else this.onLost();
    };
  }

  /** Returns the name of the channel for the address, or nothing if there is none. Throws if the gateway fails. */
  async lookup() {
    const url = endpoint("");
    url.searchParams.set("address", this.address);
    const response = await fetch(url, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(15_000) });
    if (response.status >= 500 || response.status === 429) throw new Error("HTTP " + response.status);
    if (!response.ok || !/json/.test(response.headers.get("Content-Type"))) return null;
    const found = await response.json();
    return (found.find((c) => c.mode === this.mode) ?? found[0])?.name;
  }

  /** Handles a refusal. Retries nevertheless, because the gateway's configuration may change. */
  onRefused(reason) {
    for (const [id] of this.unanswered) this.reportOutcome(id, "unknown", "connection lost");
    this.unanswered.clear();
    for (const [id] of this.outgoing.splice(0)) this.reportOutcome(id, "rejected", reason);
    this.setState("closed", reason);
    this.retryAfter(Math.min(30_000, 2000 * 2 ** this.failures++));
    this.closeIfUnused();
  }

  onLost() {
    for (const [id, text] of this.unanswered) {
      if (this.dedupes) this.outgoing.push([id, text]); else this.reportOutcome(id, "unknown", "connection lost");
    }
    this.unanswered.clear();
    this.setState(this.state === "connecting" ? "connecting" : "reconnecting", "no connection to the gateway");
    this.retryAfter(Math.min(5000, 250 * 2 ** this.failures++) * (0.5 + Math.random() / 2));
  }

  retryAfter(delay) {
    const retry = setTimeout(() => this.connect(), delay);
    this.cancelRetry = () => clearTimeout(retry);
  }

  onHello({ epoch, seq, state, reason, dedupe }) {
    this.ready = true;
    this.readyAt = performance.now();
    this.dedupes = dedupe === true;
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.seq = seq;
      this.lastSeq = -Infinity;
    }
    this.greeting = "";
    this.setState(state, reason ?? "");
    this.greet();
    for (const [id, text] of this.outgoing.splice(0)) this.transmit(id, text);
  }

  /** Sends the greetings of all subscriptions to the gateway if they have changed. */
  greet() {
    if (!this.ready) return;
    const messages = new Set([...this.subscriptions].flatMap((s) => s.greeting));
    const greeting = [...messages].join(",");
    if (greeting === this.greeting) return;
    this.greeting = greeting;
    this.socket.send(`{"type":"greeting","messages":[${greeting}]}`);
  }

  receive(frame, text) {
    switch (frame.type) {
      case "message":
        if (frame.seq <= this.lastSeq) return;
        this.lastSeq = this.seq = frame.seq;
        if (text.length > MAX_MESSAGE_CHARS) text = gap(1, "too large for Streamlit");
        return this.publish(text);
      case "gap":
        if (frame.to != null) this.lastSeq = this.seq = frame.to;
        return this.publish(text);
      case "state":
        return this.setState(frame.state, frame.reason ?? "");
      case "greeting":
        this.greetingError = frame.outcome === "rejected" ? `the greeting was rejected: ${frame.reason}` : "";
        return this.setState(this.state, this.stateReason);
      case "sent":
        this.unanswered.delete(frame.id);
        this.reportOutcome(frame.id, frame.outcome, frame.reason ?? "");
        return this.closeIfUnused();
    }
  }

  publish(text) {
    for (const subscription of this.subscriptions) subscription.push(text, [this.epoch, this.seq]);
    pump();
  }

  setState(state, stateReason) {
    this.stateReason = stateReason;
    const reason = stateReason || (state === "open" ? this.greetingError : "");
    if (state === this.state && reason === this.reason) return;
    Object.assign(this, { state, reason, since: performance.now() });
    pump();
  }

  /** Transmits sends of one session in the order of their numbers, each once. They may arrive repeatedly, in any order. */
  write({ session, first, sends }) {
    const writer = writerOf(session);
    writer.next = Math.max(writer.next, first);
    for (const [number, kind, text] of sends) if (number >= writer.next) writer.early.set(number, [kind, text]);
    for (; writer.early.has(writer.next); writer.next++) {
      const [kind, text] = writer.early.get(writer.next);
      writer.early.delete(writer.next);
      const id = session + "." + writer.next;
      // JSON is passed on verbatim: parsing it here would round large numbers
      const value = kind === "data" ? text : JSON.stringify(text);
      this.transmit(id, `{"type":"send","id":"${id}","${kind}":${value}}`);
    }
    pump();
  }

  transmit(id, text) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN) {
      this.unanswered.set(id, text);
      this.socket.send(text);
    } else if (this.state === "closed" && !this.socket) {
      this.reportOutcome(id, "rejected", this.reason);
    } else if (this.outgoing.length >= MAX_OUTGOING) {
      this.reportOutcome(id, "rejected", "too many sends wait in the page");
    } else {
      this.outgoing.push([id, text]);
    }
  }

  reportOutcome(id, outcome, reason) {
    this.addOutcome(id, outcome, reason);
    pump();
  }

  addOutcome(id, outcome, reason) {
    const [session, number] = id.split(".");
    writerOf(session).addOutcome([Number(number), outcome, reason]);
  }

  /** Closes the socket when there is no subscription and no send is pending, or when sends have been pending too long. */
  closeIfUnused() {
    if (this.subscriptions.size) return;
    this.unusedSince ??= performance.now();
    const wait = this.unusedSince + PENDING_SENDS_MS - performance.now();
    if ((this.outgoing.length || this.unanswered.size) && wait > 0) {
      clearTimeout(this.closeTimer);
      this.closeTimer = setTimeout(() => this.closeIfUnused(), wait + 1);
      return;
    }
    if (feeds.get(this.id) === this) feeds.delete(this.id);
    for (const [id] of this.outgoing.splice(0)) this.addOutcome(id, "rejected", "the page was left");
    this.close();
  }

  /** Closes the connection. Waiting sends are kept, because the browser may restore the page from its cache. */
  close() {
    for (const [id] of this.unanswered) this.addOutcome(id, "unknown", "the page was left");
    this.unanswered.clear();
    clearTimeout(this.closeTimer);
    this.cancelRetry?.();
    this.attempt = null;
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    if (socket?.readyState === WebSocket.OPEN) socket.send('{"type":"bye"}');
    socket?.close();
  }
}

/** Use of a feed by one scope of the script (the page or a fragment): its undelivered messages and its reruns. */
class Subscription {
  constructor(id, feed, { scope, resume, page, received, batch }) {
    Object.assign(this, { id, feed, scope });
    this.triggers = new Map();   // component key → function that delivers a batch
    this.items = [];             // {text, cursor}; the first has the number `acked + 1`
    this.chars = 0;
    this.acked = page === PAGE ? received : 0;
    this.inFlight = 0;           // number of items in the batch being processed
    this.batches = page === PAGE ? batch : 0;
    this.greeting = [];
    this.inFlightOutcomes = 0;
    this.outcomeReruns = 0;      // consecutive batches without messages
    this.nextOutcomeAt = 0;
    this.reportedTaken = 0;
    this.reportedStatus = null;
    this.nextAt = 0;
    this.failures = 0;
    feed.subscriptions.add(this);
    feed.unusedSince = null;
    // another subscription kept the feed open and received messages while this scope was not on the page
    if (resume && resume[0] === feed.epoch && feed.seq > resume[1]) {
      this.push(gap(feed.seq - resume[1], "not on the page"), [feed.epoch, feed.seq]);
    }
  }

  watch({ watched }) {
    this.watched = watched;
    pump();
  }

  get writer() {
    return writerOf(this.session);
  }

  get taken() {
    return this.writer.next - 1;
  }

  push(text, cursor) {
    this.items.push({ text, cursor });
    this.chars += text.length;
    if (this.items.length - this.inFlight > this.buffer || this.chars > MAX_BUFFER_CHARS) this.dropOldest();
  }

  /** Replaces the oldest tenth by one gap. Items in flight are kept, because the script may have received them. */
  dropOldest() {
    const many = Math.min(this.items.length - this.inFlight, Math.ceil(this.items.length / 10) + 1);
    const dropped = this.items.slice(this.inFlight, this.inFlight + many);
    let count = 0;
    for (const { text } of dropped) {
      this.chars -= text.length;
      const { type, count: missed } = JSON.parse(text);
      count += type === "gap" ? missed ?? 0 : 1;
    }
    const text = gap(count, "slow script");
    this.chars += text.length;
    this.items.splice(this.inFlight, many, { text, cursor: dropped.at(-1).cursor });
  }

  /** Applies the component's data, which each run of the script renews: settings, acknowledgements and sends. */
  update(data) {
    Object.assign(this, { pace: data.pace * 1000, buffer: data.buffer, more: data.more, watched: data.watched });
    this.dialog = data.dialog;
    if (data.session !== this.session) {
      this.session = data.session;
      this.reportedStatus = null;
      this.reportedTaken = 0;
      this.inFlightOutcomes = 0;
    }
    this.greeting = data.greeting.map(([kind, text]) => `{"${kind}":${kind === "data" ? text : JSON.stringify(text)}}`);
    this.feed.greet();
    if (data.page === PAGE) {
      const acked = Math.max(0, data.received - this.acked);
      for (const { text } of this.items.splice(0, acked)) this.chars -= text.length;
      this.acked += acked;
      this.inFlight = Math.max(0, this.inFlight - acked);
      if (data.batch >= this.batches && delivery?.waiting.delete(this)) {
        this.writer.outcomes.splice(0, this.inFlightOutcomes);
        this.writer.outcomesSince = performance.now();
        this.inFlightOutcomes = 0;
        this.failures = 0;
      }
    }
    this.feed.write(data);
  }

  /** Returns when this subscription needs a rerun, in ms of performance.now(); Infinity for never. */
  dueAt() {
    const now = performance.now();
    const { state, reason, since = 0 } = this.feed;
    const { outcomes, outcomesSince } = this.writer;
    let at = Infinity;
    if (this.items.length || this.more) at = now;
    else if (this.taken - this.reportedTaken >= MAX_UNREPORTED_SENDS) at = now;
    else {
      const stateChanged = this.reportedStatus !== state + " " + reason;
      if (stateChanged && !(state === "connecting" && !this.reportedStatus)) at = since + SETTLE_MS;
      if (outcomes.some(([, o]) => o === "rejected" || o === "unknown")) at = Math.min(at, this.nextOutcomeAt);
      else if (outcomes.length && this.watched && this.outcomeReruns < MAX_OUTCOME_RERUNS) {
        at = Math.min(at, Math.max(this.nextOutcomeAt, outcomesSince + SETTLE_MS));
      }
    }
    return Math.max(at, this.nextAt);
  }

  /** Delivers a batch, which makes Streamlit rerun the script. */
  deliver() {
    const now = performance.now();
    const frames = [];
    let chars = 0;
    if (!this.more) {
      for (const { text } of this.items) {
        if (frames.length === MAX_BATCH || (frames.length && chars + text.length > MAX_BATCH_CHARS)) break;
        frames.push(text);
        chars += text.length;
      }
    }
    this.slowOutcomeReruns(frames.length > 0, now);
    this.inFlight = frames.length;
    this.inFlightOutcomes = this.writer.outcomes.length;
    this.reportedTaken = this.taken;
    this.reportedStatus = this.feed.state + " " + this.feed.reason;
    this.nextAt = now + this.pace;
    [...this.triggers.values()].at(-1)({
      page: PAGE,
      batch: ++this.batches,
      from: this.acked + 1,
      frames,
      cursor: this.cursorAfter(frames.length),
      status: [this.feed.state, this.feed.reason],
      taken: this.reportedTaken,
      outcomes: this.writer.outcomes,
    });
  }

  cursorAfter(count) {
    const cursor = count === this.items.length ? [this.feed.epoch, this.feed.seq]
      : count ? this.items[count - 1].cursor : this.cursor;
    if (cursor && cursor[0] != null) this.cursor = cursor;
    return this.cursor ?? null;
  }

  /** Delays reruns that only report outcomes: a script that sends in every run would otherwise rerun without end. */
  slowOutcomeReruns(withMessages, now) {
    this.outcomeReruns = withMessages ? 0 : this.outcomeReruns + 1;
    this.nextOutcomeAt = now + Math.min(30_000, 500 * 2 ** this.outcomeReruns);
  }

  /** Prepares to deliver a batch again that no run has acknowledged. */
  onUnacknowledged() {
    this.reportedStatus = null;
    this.inFlight = 0;
    this.nextAt = performance.now() + Math.min(30_000, 500 * 2 ** this.failures++);
  }

  remove() {
    subscriptions.delete(this.id);
    this.feed.subscriptions.delete(this);
    delivery?.waiting.delete(this);
    this.feed.greet();
    this.feed.closeIfUnused();
  }
}

/** Delivers due batches when the script is at rest: a rerun during a run would abort that run. */
function pump() {
  const now = performance.now();
  const resting = atRest();
  if (delivery) {
    delivery.running ||= !resting;
    wasAtRest &&= resting;
    if (delivery.running && !resting) delivery.restingSince = null;
    else if (delivery.running) delivery.restingSince ??= now;
    const acknowledged = delivery.waiting.size === 0;
    const missed = delivery.restingSince != null ? now - delivery.restingSince > 500 : now - delivery.at > 5000;
    if (!acknowledged && missed) delivery.waiting.forEach((s) => s.onUnacknowledged());
    if (acknowledged || missed) delivery = null;
    else return schedule(pump, 250);
  }
  if (!resting) {
    if (wasAtRest) interactedAt = -Infinity;
    wasAtRest = false;
    return;
  }
  wasAtRest = true;
  // a batch between a click on a link and the resulting run would bring the visitor back to the previous page
  if (now - interactedAt < INTERACTION_MS) return schedule(pump, INTERACTION_MS - (now - interactedAt));
  let mounted = [...subscriptions.values()].filter((s) => s.triggers.size);
  // while a dialog with a channel is open, only fragments are rerun: a rerun of the page would close the dialog
  const dialog = mounted.some((s) => s.dialog) && document.querySelector('[data-testid="stDialog"]');
  if (dialog) {
    mounted = mounted.filter((s) => s.scope);
    schedule(pump, 250);
  }
  const soonest = Math.min(...mounted.map((s) => s.dueAt()));
  if (soonest > now) {
    if (soonest < Infinity) schedule(pump, dialog ? Math.min(250, soonest - now) : soonest - now);
    return;
  }
  // all batches of one scope are delivered together: their triggers cause one rerun
  const due = mounted.filter((s) => s.dueAt() <= now);
  const sameScope = due.filter((s) => s.scope === due[0].scope);
  delivery = { waiting: new Set(sameScope), at: now, running: false, restingSince: null };
  sameScope.forEach((s) => s.deliver());
  schedule(pump, 250);
}

function schedule(work, delay) {
  if (work === pump) {
    clearTimeout(timer);
    timer = setTimeout(pump, delay);
  } else {
    setTimeout(work, delay);
  }
}

let app = null;
/** Checks whether Streamlit is connected and no script is running or about to run. */
function atRest() {
  if (!app?.isConnected) {
    app = document.querySelector('[data-testid="stApp"]');
    if (app) new MutationObserver(pump).observe(app, { attributes: true });
  }
  const script = app?.getAttribute("data-test-script-state");
  const connection = app?.getAttribute("data-test-connection-state");
  return (connection ?? "CONNECTED") === "CONNECTED"
    && !["initial", "running", "rerunRequested", "stopRequested"].includes(script);
}

/** Removes subscriptions that have had no component for a while. Time during which a script ran does not count. */
function removeUnmounted() {
  const now = performance.now();
  const resting = atRest();
  let unmounted = false;
  for (const subscription of [...subscriptions.values()]) {
    if (subscription.triggers.size || !resting) subscription.unmountedSince = null;
    else subscription.unmountedSince ??= now;
    if (subscription.unmountedSince != null && now - subscription.unmountedSince >= UNMOUNT_MS) subscription.remove();
    else if (!subscription.triggers.size) unmounted = true;
  }
  if (unmounted) schedule(removeUnmounted, 500);
}

function onInteraction() {
  interactedAt = performance.now();
  subscriptions.forEach((s) => (s.outcomeReruns = s.nextOutcomeAt = 0));
}
for (const event of ["click", "change", "popstate"]) addEventListener(event, onInteraction, true);
addEventListener("keydown", ({ key }) => key === "Enter" && onInteraction(), true);

addEventListener("pagehide", () => feeds.forEach((feed) => feed.close()));
addEventListener("pageshow", ({ persisted }) => persisted && feeds.forEach((feed) => feed.connect()));
addEventListener("online", () => feeds.forEach((feed) => feed.socket || feed.connect()));

/** Returns a channel's URL below the app's base path, on every page of the app. Streamlit's own files show the base path. */
function endpoint(name) {
  const base = document.querySelector('script[src*="static/js/"]')?.src.replace(/static\/js\/.*$/, "");
  return new URL("_gateway/channels/" + encodeURIComponent(name), base || document.baseURI);
}

/** Asks why the gateway refused a WebSocket, which browsers do not tell scripts. Returns nothing if a retry may succeed. */
async function refusal(name) {
  try {
    const response = await fetch(endpoint(name), { headers: { Accept: "application/json" } });
    if (response.status === 404) return "no such channel";
    if (response.status === 401 || response.status === 403) return "not allowed";
    if (response.ok && /html/.test(response.headers.get("Content-Type"))) return "no gateway with channels";
  } catch {
    // the gateway did not answer; it may be restarting
  }
}

function gap(count, reason) {
  return JSON.stringify({ type: "gap", count, reason });
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
}
"""

_component: Any = None


def _mount(key: str, data: dict[str, Any], **callbacks: Callable[[], None]) -> None:
    global _component
    if _component is None:
        _component = st.components.v2.component("streamlit_gateway", css=_CSS, js=_JS, isolate_styles=False)
    _component(key=key, data=data, **callbacks)
