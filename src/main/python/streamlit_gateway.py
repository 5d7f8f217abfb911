"""Channels of streamlit-gateway, for the script of a Streamlit app.

    from streamlit_gateway import channel

    prices = channel("prices")
    for message in prices.new: ...      # everything since the last rerun, in order, each exactly once
    prices.send({"op": "ping"})
    st.json(prices.last); prices.status # connecting, open, reconnecting, closed; and .reason

How it works. A component without a face holds the WebSocket, in the visitor's own page: so it goes to the same origin,
under the same prefix, with the same cookies. What comes in is numbered and kept there. When the script is at rest, the
component rings: one trigger with a batch of messages, which makes Streamlit run the script. A callback takes the batch
into the session's mailbox before the script runs, and the component's ``data`` says up to which number all has been
taken. Whatever was not acknowledged is rung again, and the numbers keep it from being taken twice. Sends go the other
way, in the component's ``data``, numbered too.

All of it happens in script runs: there is no thread here, and nothing is kept but in ``st.session_state``.
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
_SENT_KEPT = 200
_GAPS_KEPT = 1000


class Status(str):
    """``connecting``, ``open``, ``reconnecting`` or ``closed``; ``reason`` says why, where that is known."""

    reason: str

    def __new__(cls, state: str, reason: str = "") -> Status:
        status = super().__new__(cls, state)
        status.reason = reason
        return status

    def __getnewargs__(self) -> tuple[str, str]:
        return str(self), self.reason


class Gap(NamedTuple):
    """Messages that will not come. ``count`` is None where nobody knows how many."""

    count: int | None
    reason: str


class Sent:
    """What became of one send: ``pending``, then ``delivered``, ``queued``, ``rejected`` or ``unknown``.

    Who has looked at one that is pending is told: the script runs again when its outcome is known.
    """

    def __init__(self, number: int, box: _Mailbox) -> None:
        self.number = number
        self.reason = ""
        self._outcome = "pending"
        self._box = box

    @property
    def outcome(self) -> str:
        if self._outcome == "pending":
            self._box.watch()
        return self._outcome

    def __repr__(self) -> str:
        return f"Sent({self.number}, {self.outcome}{': ' + self.reason if self.reason else ''})"


class _Mailbox:
    """All that one session knows of one channel. It outlives runs, in ``st.session_state``; only runs touch it."""

    def __init__(self, limit: int) -> None:
        self.session = uuid.uuid4().hex
        self.limit = limit
        # what came: numbered by the page it came through
        self.page: str | None = None
        self.ring = 0
        self.received = 0
        self.resume: list[Any] | None = None
        self.unread: deque[dict[str, Any]] = deque()
        self.last: dict[str, Any] | None = None
        self.status = Status("connecting")
        self.gaps: deque[Gap] = deque(maxlen=_GAPS_KEPT)
        self.missed = 0
        # what goes: numbered by this mailbox
        self.sends = 0
        self.outbox: OrderedDict[int, list[str]] = OrderedDict()
        self.sent: OrderedDict[int, Sent] = OrderedDict()
        self.watched = False

    def take(self, ring: dict[str, Any]) -> None:
        """Takes what a ring brings; what was taken before is known by its number."""
        if ring["page"] != self.page:
            self.page, self.ring, self.received = ring["page"], 0, ring["from"] - 1
        for number, text in enumerate(ring["frames"], ring["from"]):
            if number > self.received:
                self.received = number
                self._take_text(text)
        if ring["ring"] > self.ring:
            self.ring = ring["ring"]
            self.resume = ring["cursor"]
            self.status = Status(*ring["status"])
        for number, outcome, reason in ring["outcomes"]:
            if (sent := self.sent.get(number)) is not None:
                sent._outcome, sent.reason = outcome, reason
        while self.outbox and next(iter(self.outbox)) <= ring["taken"]:
            self.outbox.popitem(last=False)

    def _take_text(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):  # a feed may say what Python does not read, such as endless numbers
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
        if self.gaps and self.gaps[-1].reason == reason == "not read":
            count += self.gaps.pop().count
        self.gaps.append(Gap(count, reason))

    def watch(self) -> None:
        """The script looks at outcomes: the page rings when one is known."""
        if not self.watched:
            self.watched = True
            if (channel := _channels.get(self.session)) is not None:
                channel._post([])

    def put(self, message: Any) -> Sent:
        payload = _encode(message)
        self.sends += 1
        self.outbox[self.sends] = payload
        sent = self.sent[self.sends] = Sent(self.sends, self)
        while len(self.sent) > _SENT_KEPT:
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
    """The messages that no run has read. A message is read when a loop takes it: what a loop did not reach comes again."""

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
    """One channel in one run of the script; made by :func:`channel`."""

    def __init__(self, box: _Mailbox, key: str, base: dict[str, Any], slot: Any) -> None:
        self._box = box
        self._key = key
        self._base = base
        self._slot = slot

    @property
    def new(self) -> New:
        """Everything since it was last read, in order, each exactly once. Looping reads; ``len`` and ``if`` do not."""
        if not self._base.get("scope") and _in_dialog():
            warnings.warn(
                f"channel {self._base.get('feed')!r} was opened outside of this dialog: news of it run the page again, "
                "which closes the dialog. Call channel() in the dialog.",
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
        """The state of the whole way to the feed, as of this run."""
        return self._box.status

    @property
    def gaps(self) -> list[Gap]:
        """What was missed since this was last read."""
        gaps = list(self._box.gaps)
        self._box.gaps.clear()
        return gaps

    @property
    def missed(self) -> int:
        """How many messages were missed in this session, where that is known."""
        return self._box.missed

    @property
    def sent(self) -> list[Sent]:
        """The latest sends, oldest first."""
        return list(self._box.sent.values())

    def send(self, message: Any) -> Sent:
        """Sends JSON, or a str as text, or bytes. Only from the script; from a callback it goes out when the script runs."""
        return self.send_all([message])[0]

    def send_all(self, messages: Iterable[Any]) -> list[Sent]:
        """Sends many in one go."""
        if _context() is None:
            raise RuntimeError("send() belongs in the script, not in a thread of its own")
        sent = [self._box.put(message) for message in messages]
        if sent:
            self._post([s.number for s in sent])
        return sent

    def _post(self, numbers: list[int]) -> None:
        """Hands sends to the page now. If it cannot be done here, the next run's mount hands them over."""
        context = _context()
        if context is None or not getattr(context, "_has_script_started", True):
            return
        key = f"{self._key}:out:{numbers[0] if numbers else 'watched'}"
        data = self._base | {"outbox": True} | _sends(self._box, numbers)
        try:
            with self._slot:
                _mount(key, data)
        except st.errors.StreamlitAPIException:
            try:
                _mount(f"{key}:here", data)
            except st.errors.StreamlitAPIException:
                pass  # they stay in the outbox


# the channels of the latest runs by their mailbox's session; a mailbox is to be pickled, and so knows none
_channels: WeakValueDictionary[str, Channel] = WeakValueDictionary()


def channel(
    name: str, *, key: str | None = None, pace: float = 0.2, buffer: int = 20_000, greeting: Any = None
) -> Channel:
    """The channel of this name, for this tab.

    Call it in every run, best at the top of the script, of the page or of the fragment that uses it: the script runs
    again when something came, or only the fragment when it is called in one.

    :param name: as the gateway is configured
    :param key: a second handle on a channel of the same name, with a socket of its own
    :param pace: seconds from one rerun to the next, at least
    :param buffer: how many messages wait for a slow script, both in the page and in the session, before the oldest are
        given up (which :attr:`Channel.gaps` tells)
    :param greeting: what the gateway says to the feed first, on each connection: a message as for
        :meth:`Channel.send`, or a list of messages; needs a channel with ``send=true``
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
        "ring": box.ring,
        "received": box.received,
        "resume": box.resume,
        "more": one_by_one and len(box.unread) > 1,
        "pace": pace,
        "buffer": buffer,
        "dialog": bool(scope) and _in_dialog(),
        "greeting": [_encode(message) for message in _messages(greeting)],
        **_sends(box, list(box.outbox)),
    }

    def taken() -> None:
        state = st.session_state.get(key) or {}
        if (ring := state.get("ring")) is not None:
            box.take(ring)

    def mount() -> Any:
        try:
            _mount(key, data, on_ring_change=taken)
        except st.errors.DuplicateWidgetID:
            pass  # the second call in this run: the first one's mount serves both
        return st.container()

    _channels[box.session] = opened = Channel(box, key, base, _outside_forms(mount))
    return opened


def _messages(greeting: Any) -> list[Any]:
    if greeting is None:
        return []
    return list(greeting) if isinstance(greeting, (list, tuple)) else [greeting]


def _sends(box: _Mailbox, numbers: list[int]) -> dict[str, Any]:
    """``first``: all sends before this one are known to be with the page."""
    return {
        "session": box.session,
        "watched": box.watched,
        "first": next(iter(box.outbox), box.sends + 1),
        "sends": [[number, *box.outbox[number]] for number in numbers],
    }


# --- what Streamlit offers in public only in part; without it, forms and fragments work as far as public means go --------


def _context() -> Any:
    try:
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        return get_script_run_ctx(suppress_warning=True)
    except ImportError:
        return st  # unknown: let it pass


def _fragment() -> str:
    """The fragment that this code runs in, or nothing: each has its mailbox, as it reruns on its own."""
    try:
        from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

        return ThreadState.get().fragment_id or ""
    except (ImportError, AttributeError, LookupError):
        return getattr(_context(), "current_fragment_id", None) or ""


def _in_dialog() -> bool:
    """A dialog lies in a place of its own; in a rerun of it, that is all that tells it from a fragment."""
    try:
        from streamlit.delta_generator_singletons import context_dg_stack
        from streamlit.proto.RootContainer_pb2 import RootContainer

        return any(dg._root_container == RootContainer.EVENT for dg in context_dg_stack.get())
    except (ImportError, AttributeError, LookupError):
        return False


def _outside_forms(work: Callable[[], Any]) -> Any:
    """Does the work before the form that this code is in, if any: inside, a component cannot rerun the script."""
    try:
        from streamlit.delta_generator_singletons import context_dg_stack

        stack = context_dg_stack.get()
        # any container has form data, with an id only within a form
        outside = next((i for i, dg in enumerate(stack) if getattr(dg._form_data, "form_id", "")), None)
    except (ImportError, AttributeError):
        outside = None
    if outside is None:
        return work()

    def cut() -> Any:
        context_dg_stack.set(stack[:outside])
        return work()

    return contextvars.copy_context().run(cut)


# --- the shape of earlier WebSocket helpers -----------------------------------------------------------------------------


class _Seed:
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
            self._target, None, self._pace, 20_000, one_by_one=not self._batch, greeting=self._greeting
        )
        box = self._channel._box
        for _ in range(len(box.unread) if self._batch else min(1, len(box.unread))):
            frame = box.unread.popleft()
            self._on_message(frame["data"] if "data" in frame else {"raw": _decode(frame)})

    @property
    def status(self) -> Status:
        return self._opened().status

    def send_message(self, message: Any) -> Sent:
        return self._opened().send(message)

    async def send_message_async(self, message: Any) -> Sent:
        return self._opened().send(message)

    def _opened(self) -> Channel:
        if self._channel is None:
            raise RuntimeError("connect() first")
        return self._channel


class Connection(_Seed):
    """A socket for this tab alone.

    Each run of the script calls back with one message, so that a script which folds only ``last_message`` sees them all;
    the next one brings the next run. With ``batch=True`` one run calls back with all there are, which is far faster.
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
        self._run()
        return self


class SharedConnection(_Seed):
    """One socket for all visitors, of which each tab gets every message."""

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
        connection = cls(address_or_channel, on_message_cb, "shared", batch, pace, greeting)
        connection._run()
        return connection


def _into_session_state(message: dict[str, Any]) -> None:
    st.session_state.update(last_message=message, new_event=True)


# --- the component ------------------------------------------------------------------------------------------------------

# more than one line, or Streamlit takes it for a file's name
_CSS = f"""
[class*="st-key-{_KEY}"] {{
  display: none !important;
}}
"""

_JS = r"""
const NOT_ALLOWED = 1008;       // close codes of the gateway
const TAKEN_OVER = 4001;
const STEADY = 5000;            // ms after which a connection that breaks was a good one
const PAGE = random();          // this load of the page; numbers of messages are its own
const BATCH = 10_000;           // messages in one ring
const BATCH_CHARS = 2_000_000;  // and their size, well below what Streamlit takes in one message
const LARGEST = 4_000_000;      // a single message above this cannot be handed to Streamlit
const BUFFER_CHARS = 64_000_000;
const OUTGOING = 1000;          // sends that wait for the socket
const LINGER = 2000;            // ms at rest, without a place on the page, before the socket is let go
const LAST_SENDS = 30_000;      // ms for which sends of a place that is gone keep the socket
const WRITERS = 200;            // sessions of places that are gone, of which it is known what they sent
const GLAD_TIDINGS = 3;         // reruns in a row for nothing but that sends were delivered
const UNTOLD_SENDS = 100;       // sends whose arrival in the page the script has not heard of
const SETTLE = 250;             // ms that a state lasts before it is worth a rerun
const COURTESY = 700;           // ms in which what the visitor just did may reach the script before we do

const feeds = new Map();
const subscriptions = new Map();
const writers = new Map();      // session → Writer; outlives places and sockets, or a send that was repeated would go twice
let gate = null;                // the ring that is being answered: {waiting, at, running}
let timer = 0;
let rested = false;             // whether the script was at rest when last looked at
let actedAt = -Infinity;        // when the visitor last did something that the script has not been seen to run for

export default function ({ data, key, parentElement, setTriggerValue }) {
  parentElement.closest?.('[data-testid="stElementContainer"]')?.style.setProperty("display", "none", "important");
  if (data.outbox) {
    const feed = feedOf(data);
    feed.write(data);
    feed.letGo();
    subscriptions.get(placeOf(data))?.watch(data);
    return;
  }
  const subscription = subscriptionOf(data);
  subscription.places.set(key, (value) => setTriggerValue("ring", value));
  subscription.told(data);
  return () => {
    subscription.places.delete(key);
    later(sweep, 100);
  };
}

function feedOf(data) {
  let feed = feeds.get(data.feed);
  if (!feed) feeds.set(data.feed, (feed = new Feed(data)));
  return feed;
}

function subscriptionOf(data) {
  const id = placeOf(data);
  let subscription = subscriptions.get(id);
  if (!subscription) {
    subscription = new Subscription(id, feedOf(data), data);
    subscriptions.set(id, subscription);
  }
  return subscription;
}

function placeOf({ feed, scope }) {
  return feed + " " + scope;
}

/** What one session sent through this page, and what became of it, until the session has heard. */
class Writer {
  constructor() {
    this.next = 1;            // number of the next send; all before it have been taken
    this.early = new Map();   // sends that came before one before them
    this.outcomes = [];       // [number, outcome, reason]
    this.outcomesSince = 0;
  }

  learn(outcome) {
    if (!this.outcomes.length) this.outcomesSince = performance.now();
    this.outcomes.push(outcome);
  }
}

function writerOf(session) {
  let writer = writers.get(session);
  if (!writer) {
    const used = new Set([...subscriptions.values()].map((s) => s.session));
    for (const known of writers.keys()) if (writers.size >= WRITERS && !used.has(known)) writers.delete(known);
    writers.set(session, (writer = new Writer()));
  }
  return writer;
}

/** One socket to the gateway, which is kept open as long as somebody subscribes. */
class Feed {
  constructor({ feed, channel, address, mode, resume }) {
    Object.assign(this, { id: feed, name: channel, address, mode });
    this.client = random();
    [this.epoch, this.seq] = resume ?? [null, null];
    this.floor = this.seq ?? -Infinity;   // messages up to this one are known
    this.state = "connecting";
    this.reason = "";
    this.subscriptions = new Set();
    this.tries = 0;
    this.readyAt = Infinity;
    this.outgoing = [];                   // frames that wait for the socket: [id, text]
    this.unanswered = new Map();          // id → text, sent and without an outcome
    this.greeting = "";                   // what the gateway has been told to tell the feed
    this.complaint = "";
    this.connect();
  }

  async connect() {
    this.cancel?.();
    const attempt = (this.attempt = {});
    let name = this.name;
    try {
      name ??= await this.lookup();
    } catch {
      return this.attempt === attempt && this.lost();
    }
    if (this.attempt !== attempt) return;
    if (name == null) return this.refused(`no channel for ${this.address}`);
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
      return this.refused(e.message);  // a content security policy
    }
    const slow = setTimeout(() => socket.close(), 15_000);
    let greeted = false;
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return;
      const frame = JSON.parse(data);
      if (frame.type === "hello") {
        clearTimeout(slow);
        greeted = true;
        this.greeted(frame);
      } else {
        this.receive(frame, data);
      }
    };
    socket.onclose = async ({ code }) => {
      clearTimeout(slow);
      if (this.socket !== socket) return;
      this.socket = null;
      this.ready = false;
      if (performance.now() - this.readyAt > STEADY) this.tries = 0;
      if (code === TAKEN_OVER) this.client = random();
      if (code === NOT_ALLOWED) return this.refused("the gateway closed the connection");
      if (greeted) return this.lost();
      const why = await refusal(name);
      if (this.attempt !== attempt) return;
      if (why) this.refused(why); else this.lost();
    };
  }

  /** The channel's name; nothing when there is none, and an error when nobody says. */
  async lookup() {
    const url = endpoint("");
    url.searchParams.set("address", this.address);
    const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(15_000) });
    if (answer.status >= 500 || answer.status === 429) throw new Error("HTTP " + answer.status);
    if (!answer.ok || !/json/.test(answer.headers.get("Content-Type"))) return null;
    const found = await answer.json();
    return (found.find((c) => c.mode === this.mode) ?? found[0])?.name;
  }

  /** Not refused for ever: somebody may be changing the gateway's configuration. */
  refused(why) {
    for (const [id] of this.unanswered) this.outcome(id, "unknown", "connection lost");
    this.unanswered.clear();
    for (const [id] of this.outgoing.splice(0)) this.outcome(id, "rejected", why);
    this.become("closed", why);
    this.again(Math.min(30_000, 2000 * 2 ** this.tries++));
    this.letGo();
  }

  lost() {
    for (const [id, text] of this.unanswered) {
      if (this.remembers) this.outgoing.push([id, text]); else this.outcome(id, "unknown", "connection lost");
    }
    this.unanswered.clear();
    this.become(this.state === "connecting" ? "connecting" : "reconnecting", "no connection to the gateway");
    this.again(Math.min(5000, 250 * 2 ** this.tries++) * (0.5 + Math.random() / 2));
  }

  again(delay) {
    const waiting = setTimeout(() => this.connect(), delay);
    this.cancel = () => clearTimeout(waiting);
  }

  greeted({ epoch, seq, state, reason, dedupe }) {
    this.ready = true;
    this.readyAt = performance.now();
    this.remembers = dedupe === true;
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.seq = seq;
      this.floor = -Infinity;
    }
    this.greeting = "";
    this.become(state, reason ?? "");
    this.greet();
    for (const [id, text] of this.outgoing.splice(0)) this.transmit(id, text);
  }

  /** Tells the gateway what all places here want the feed to be told on each connection, when that has changed. */
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
        if (frame.seq <= this.floor) return;
        this.floor = this.seq = frame.seq;
        if (text.length > LARGEST) text = gap(1, "too large for Streamlit");
        return this.spread(text);
      case "gap":
        if (frame.to != null) this.floor = this.seq = frame.to;
        return this.spread(text);
      case "state":
        return this.become(frame.state, frame.reason ?? "");
      case "greeting":
        this.complaint = frame.outcome === "rejected" ? `the greeting was rejected: ${frame.reason}` : "";
        return this.become(this.state, this.why);
      case "sent":
        this.unanswered.delete(frame.id);
        this.outcome(frame.id, frame.outcome, frame.reason ?? "");
        return this.letGo();
    }
  }

  spread(text) {
    for (const subscription of this.subscriptions) subscription.push(text, [this.epoch, this.seq]);
    pump();
  }

  become(state, why) {
    this.why = why;
    const reason = why || (state === "open" ? this.complaint : "");
    if (state === this.state && reason === this.reason) return;
    Object.assign(this, { state, reason, since: performance.now() });
    pump();
  }

  /** Sends of one session in the order of their numbers, each once, whatever order and however often they are handed in. */
  write({ session, first, sends }) {
    const writer = writerOf(session);
    writer.next = Math.max(writer.next, first);
    for (const [number, kind, text] of sends) if (number >= writer.next) writer.early.set(number, [kind, text]);
    for (; writer.early.has(writer.next); writer.next++) {
      const [kind, text] = writer.early.get(writer.next);
      writer.early.delete(writer.next);
      const id = session + "." + writer.next;
      // JSON goes as it came: parsing it here would round its large numbers
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
      this.outcome(id, "rejected", this.reason);
    } else if (this.outgoing.length >= OUTGOING) {
      this.outcome(id, "rejected", "too many sends wait in the page");
    } else {
      this.outgoing.push([id, text]);
    }
  }

  outcome(id, outcome, reason) {
    this.settle(id, outcome, reason);
    pump();
  }

  settle(id, outcome, reason) {
    const [session, number] = id.split(".");
    writerOf(session).learn([Number(number), outcome, reason]);
  }

  /** Closes when nobody subscribes any more and no send waits, or has waited for long. */
  letGo() {
    if (this.subscriptions.size) return;
    this.leaving ??= performance.now();
    const wait = this.leaving + LAST_SENDS - performance.now();
    if ((this.outgoing.length || this.unanswered.size) && wait > 0) {
      clearTimeout(this.last);
      this.last = setTimeout(() => this.letGo(), wait + 1);
      return;
    }
    if (feeds.get(this.id) === this) feeds.delete(this.id);
    for (const [id] of this.outgoing.splice(0)) this.settle(id, "rejected", "the page was left");
    this.close();
  }

  /** Ends the connection. What waits for one goes on waiting, for a page that comes back as it was. */
  close() {
    for (const [id] of this.unanswered) this.settle(id, "unknown", "the page was left");
    this.unanswered.clear();
    clearTimeout(this.last);
    this.cancel?.();
    this.attempt = null;
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    if (socket?.readyState === WebSocket.OPEN) socket.send('{"type":"bye"}');
    socket?.close();
  }
}

/** What one place of the script has yet to hear of a feed. */
class Subscription {
  constructor(id, feed, { scope, resume, page, received, ring }) {
    Object.assign(this, { id, feed, scope });
    this.places = new Map();     // component key → ring
    this.items = [];             // {text, cursor}, the first of which has the number `acked + 1`
    this.chars = 0;
    this.acked = page === PAGE ? received : 0;
    this.flying = 0;             // how many of the items are in the ring that is being answered
    this.rings = page === PAGE ? ring : 0;
    this.greeting = [];
    this.flyingOutcomes = 0;
    this.complaints = 0;         // rings in a row that brought no message
    this.complainAt = 0;
    this.toldTaken = 0;
    this.toldStatus = null;
    this.nextAt = 0;
    this.failures = 0;
    feed.subscriptions.add(this);
    feed.leaving = null;
    // the feed has been there for others, and went on while this place was away
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
    if (this.items.length - this.flying > this.buffer || this.chars > BUFFER_CHARS) this.giveUpOldest();
  }

  /** A tenth at a time, and one gap in their place. What is in flight stays: it may have arrived. */
  giveUpOldest() {
    const many = Math.min(this.items.length - this.flying, Math.ceil(this.items.length / 10) + 1);
    const given = this.items.slice(this.flying, this.flying + many);
    let count = 0;
    for (const { text } of given) {
      this.chars -= text.length;
      const { type, count: missed } = JSON.parse(text);
      count += type === "gap" ? missed ?? 0 : 1;
    }
    const text = gap(count, "slow script");
    this.chars += text.length;
    this.items.splice(this.flying, many, { text, cursor: given.at(-1).cursor });
  }

  /** What the script says each time that it comes by. */
  told(data) {
    Object.assign(this, { pace: data.pace * 1000, buffer: data.buffer, more: data.more, watched: data.watched });
    this.dialog = data.dialog;
    if (data.session !== this.session) {
      this.session = data.session;
      this.toldStatus = null;
      this.toldTaken = 0;
      this.flyingOutcomes = 0;
    }
    this.greeting = data.greeting.map(([kind, text]) => `{"${kind}":${kind === "data" ? text : JSON.stringify(text)}}`);
    this.feed.greet();
    if (data.page === PAGE) {
      const taken = Math.max(0, data.received - this.acked);
      for (const { text } of this.items.splice(0, taken)) this.chars -= text.length;
      this.acked += taken;
      this.flying = Math.max(0, this.flying - taken);
      if (data.ring >= this.rings && gate?.waiting.delete(this)) {
        this.writer.outcomes.splice(0, this.flyingOutcomes);
        this.writer.outcomesSince = performance.now();
        this.flyingOutcomes = 0;
        this.failures = 0;
      }
    }
    this.feed.write(data);
  }

  /** When this place wants the script to run, in ms of performance.now(). */
  wantsAt() {
    const now = performance.now();
    const { state, reason, since = 0 } = this.feed;
    const { outcomes, outcomesSince } = this.writer;
    let at = Infinity;
    if (this.items.length || this.more) at = now;
    else if (this.taken - this.toldTaken >= UNTOLD_SENDS) at = now;
    else {
      if (this.toldStatus !== state + " " + reason && !(state === "connecting" && !this.toldStatus)) at = since + SETTLE;
      if (outcomes.some(([, o]) => o === "rejected" || o === "unknown")) at = Math.min(at, this.complainAt);
      else if (outcomes.length && this.watched && this.complaints < GLAD_TIDINGS) {
        at = Math.min(at, Math.max(this.complainAt, outcomesSince + SETTLE));
      }
    }
    return Math.max(at, this.nextAt);
  }

  ring() {
    const now = performance.now();
    const frames = [];
    let chars = 0;
    if (!this.more) {
      for (const { text } of this.items) {
        if (frames.length === BATCH || (frames.length && chars + text.length > BATCH_CHARS)) break;
        frames.push(text);
        chars += text.length;
      }
    }
    this.complain(frames.length > 0, now);
    this.flying = frames.length;
    this.flyingOutcomes = this.writer.outcomes.length;
    this.toldTaken = this.taken;
    this.toldStatus = this.feed.state + " " + this.feed.reason;
    this.nextAt = now + this.pace;
    [...this.places.values()].at(-1)({
      page: PAGE,
      ring: ++this.rings,
      from: this.acked + 1,
      frames,
      cursor: this.cursorAfter(frames.length),
      status: [this.feed.state, this.feed.reason],
      taken: this.toldTaken,
      outcomes: this.writer.outcomes,
    });
  }

  cursorAfter(count) {
    const cursor = count === this.items.length ? [this.feed.epoch, this.feed.seq]
      : count ? this.items[count - 1].cursor : this.cursor;
    if (cursor && cursor[0] != null) this.cursor = cursor;
    return this.cursor ?? null;
  }

  /** A script that sends in every run and wants to know what came of it would go round for ever: ever slower, then. */
  complain(withMessages, now) {
    this.complaints = withMessages ? 0 : this.complaints + 1;
    this.complainAt = now + Math.min(30_000, 500 * 2 ** this.complaints);
  }

  /** The script ran, or did not, and never came by. */
  unheard() {
    this.toldStatus = null;
    this.flying = 0;
    this.nextAt = performance.now() + Math.min(30_000, 500 * 2 ** this.failures++);
  }

  remove() {
    subscriptions.delete(this.id);
    this.feed.subscriptions.delete(this);
    gate?.waiting.delete(this);
    this.feed.greet();
    this.feed.letGo();
  }
}

/** Rings when somebody wants it and the script is at rest: a rerun in the midst of a run would cut it short. */
function pump() {
  const now = performance.now();
  const resting = atRest();
  if (gate) {
    gate.running ||= !resting;
    rested &&= resting;
    if (gate.running && !resting) gate.restingSince = null;
    else if (gate.running) gate.restingSince ??= now;
    const heard = gate.waiting.size === 0;
    const missed = gate.restingSince != null ? now - gate.restingSince > 500 : now - gate.at > 5000;
    if (!heard && missed) gate.waiting.forEach((s) => s.unheard());
    if (heard || missed) gate = null;
    else return later(pump, 250);
  }
  if (!resting) {
    if (rested) actedAt = -Infinity;
    rested = false;
    return;
  }
  rested = true;
  // A ring between a click on a link and the run that follows would bring the visitor back to the page before
  if (now - actedAt < COURTESY) return later(pump, COURTESY - (now - actedAt));
  let placed = [...subscriptions.values()].filter((s) => s.places.size);
  // a rerun of the page would close a dialog, and end what the channel in it is for
  const dialog = placed.some((s) => s.dialog) && document.querySelector('[data-testid="stDialog"]');
  if (dialog) {
    placed = placed.filter((s) => s.scope);
    later(pump, 250);
  }
  const soonest = Math.min(...placed.map((s) => s.wantsAt()));
  if (soonest > now) {
    if (soonest < Infinity) later(pump, dialog ? Math.min(250, soonest - now) : soonest - now);
    return;
  }
  // those of one scope together: their triggers make one rerun
  const due = placed.filter((s) => s.wantsAt() <= now);
  const together = due.filter((s) => s.scope === due[0].scope);
  gate = { waiting: new Set(together), at: now, running: false, restingSince: null };
  together.forEach((s) => s.ring());
  later(pump, 250);
}

function later(work, delay) {
  if (work === pump) {
    clearTimeout(timer);
    timer = setTimeout(pump, delay);
  } else {
    setTimeout(work, delay);
  }
}

let app = null;
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

/** Lets go of what has had no place on the page for a while in which no script was about to give it one. */
function sweep() {
  const now = performance.now();
  const resting = atRest();
  let homeless = false;
  for (const subscription of [...subscriptions.values()]) {
    if (subscription.places.size || !resting) subscription.homelessSince = null;
    else subscription.homelessSince ??= now;
    if (subscription.homelessSince != null && now - subscription.homelessSince >= LINGER) subscription.remove();
    else if (!subscription.places.size) homeless = true;
  }
  if (homeless) later(sweep, 500);
}

function acted() {
  actedAt = performance.now();
  subscriptions.forEach((s) => (s.complaints = s.complainAt = 0));
}
for (const event of ["click", "change", "popstate"]) addEventListener(event, acted, true);
addEventListener("keydown", ({ key }) => key === "Enter" && acted(), true);

addEventListener("pagehide", () => feeds.forEach((feed) => feed.close()));
addEventListener("pageshow", ({ persisted }) => persisted && feeds.forEach((feed) => feed.connect()));
addEventListener("online", () => feeds.forEach((feed) => feed.socket || feed.connect()));

/** Below the app's own base, whatever page of it this is: Streamlit's own files are found there. */
function endpoint(name) {
  const own = document.querySelector('script[src*="static/js/"]')?.src.replace(/static\/js\/.*$/, "");
  return new URL("_gateway/channels/" + encodeURIComponent(name), own || document.baseURI);
}

/** Why the gateway will not have us, which a refused WebSocket does not tell; nothing when it may yet. */
async function refusal(name) {
  try {
    const answer = await fetch(endpoint(name), { headers: { Accept: "application/json" } });
    if (answer.status === 404) return "no such channel";
    if (answer.status === 401 || answer.status === 403) return "not allowed";
    if (answer.ok && /html/.test(answer.headers.get("Content-Type"))) return "no gateway with channels";
  } catch {
    // no answer at all: it may come back
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
