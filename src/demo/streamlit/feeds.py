"""The third page: three feeds pushed through the gateway, each in a fragment that reruns on its own."""

import sys
import time
from collections import deque
from pathlib import Path

import pandas as pd
import streamlit as st

try:
    from streamlit_gateway import Channel, channel
except ImportError:  # not installed: use the project's copy
    sys.path.append(str(Path(__file__).parents[2] / "main" / "python"))
    from streamlit_gateway import Channel, channel

COLOURS = {"open": "green", "connecting": "blue", "reconnecting": "orange", "closed": "red"}
ICONS = {"open": "sensors", "connecting": "sync", "reconnecting": "sync_problem", "closed": "sensors_off"}


def kept(name: str, maximum: int) -> deque:
    return st.session_state.setdefault(f"feed {name}", deque(maxlen=maximum))


def heading(title: str, feed: Channel, about: str) -> bool:
    """Shows the feed's status and returns whether the feed exists."""
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.subheader(title)
    status = feed.status
    with right.container(horizontal=True, horizontal_alignment="right"):
        st.badge(status, color=COLOURS[status], icon=f":material/{ICONS[status]}:")
    if status == "closed" and status.reason.startswith("no "):
        st.info(
            f"This feed is not here: {status.reason}. `mvn -Pdemo` starts the gateway with all three.",
            icon=":material/info:",
        )
        return False
    st.caption(f"{about} {status.reason.capitalize()}" if status.reason else about)
    return True


@st.fragment
def prices() -> None:
    feed = channel("prices", pace=1.0)
    ticks = kept("prices", 2000)
    fresh = len(feed.new)
    ticks.extend(m for m in feed.new if isinstance(m, dict) and {"symbol", "price"} <= m.keys())
    st.session_state["ticks seen"] = seen = st.session_state.get("ticks seen", 0) + fresh
    if not heading("Prices", feed, "One connection from the gateway to the feed, however many people watch."):
        return
    if not ticks:
        st.caption("Waiting for the first price …")
        return
    table = pd.DataFrame(ticks)[["symbol", "price"]]
    groups = table.groupby("symbol", sort=True).price
    for column, (symbol, price) in zip(st.columns(min(4, groups.ngroups)), groups):
        recent = price.tail(60).tolist()
        column.metric(
            symbol,
            f"{recent[-1]:,.2f}",
            f"{recent[-1] - recent[0]:+.2f}",
            border=True,
            chart_data=recent,
            chart_type="area",
        )
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left.container(key="counts"):
        st.caption(f"{seen:,} prices in this session, {fresh:,} with the last rerun, {feed.missed:,} missed")
    if right.button("Burst", icon=":material/bolt:", help="10,000 prices at once, for everyone watching", width="stretch"):
        feed.send({"op": "burst", "count": 10_000})


@st.fragment
def broadcast() -> None:
    feed = channel("broadcast")
    calls = kept("broadcast", 50)
    calls.extend(feed.new)
    if not heading("Harbour radio", feed, "Every tab receives every call: try two browsers side by side."):
        return
    with st.form("call", border=False, clear_on_submit=True):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        text = left.text_input("Call", placeholder="Pilot boat requested", max_chars=140)
        if right.form_submit_button("Call", icon=":material/campaign:", width="stretch") and text:
            feed.send({"from": st.session_state.get("name", "Ada"), "text": text})
    with st.container(height=240, key="calls"):
        if not calls:
            st.caption("Silence on the air")
        for call in reversed(calls):
            said = call if isinstance(call, dict) else {"text": str(call)}
            who = str(said.get("from", "Harbour"))
            with st.chat_message(who, avatar=":material/directions_boat:"):
                st.markdown(f"**{who}** {said.get('text', said)}")


@st.fragment
def echo() -> None:
    feed = channel("echo")
    trips = kept("echo", 50)
    for message in feed.new:
        if isinstance(message, dict) and "sent" in message:
            trips.append((message.get("text", ""), time.time() - message["sent"]))
    if not heading("Echo", feed, "Each tab has its own connection to the feed."):
        return
    if st.button("Shout", icon=":material/record_voice_over:", width="stretch"):
        feed.send({"text": f"Ahoy {len(trips) + 1}", "sent": time.time()})
    with st.container(height=240, key="echoes"):
        if not trips:
            st.caption("Nothing has come back yet")
        for text, seconds in reversed(trips):
            st.markdown(f":material/hearing: **{text}** came back after {seconds * 1000:,.0f} ms")


st.title("Live feeds")
st.caption(
    "Pushed by WebSocket servers behind the gateway. Only the part of the page with new messages reruns; "
    "your widgets and the rest of the page are not touched."
)
prices()
left, right = st.columns([3, 2], gap="large")
with left:
    broadcast()
with right:
    echo()
