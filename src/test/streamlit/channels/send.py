"""Every way to send."""

import asyncio

import report
import streamlit as st

from streamlit_gateway import Connection, channel

runs = report.count_run("send")
echo = channel("echo")
back = st.session_state.setdefault("back", [])
back += echo.new

if st.button("Send"):
    echo.send({"op": "plain", "n": 12345678901234567890, "f": 1.0, "s": "grüße ✓"})
if st.button("Send text"):
    echo.send("not JSON")
if st.button("Send bytes"):
    echo.send(b"\x00\xff")
if st.button("Send and rerun"):
    echo.send({"op": "rerun"})
    st.rerun()
if st.button("Send a thousand"):
    for i in range(100):
        echo.send({"op": "single", "i": i})
    echo.send_all({"op": "many", "i": i} for i in range(900))
st.button("Send from a callback", on_click=lambda: echo.send({"op": "callback"}))
if st.button("Send later"):
    asyncio.run(Connection("echo").connect().send_message_async({"op": "async"}))
st.button("Nothing")

report.show(
    "send",
    runs=runs,
    count=len(back),
    back=[message.hex() if isinstance(message, bytes) else message for message in back[:20]],
    inOrder=[m["i"] for m in back if isinstance(m, dict) and m.get("op") == "many"] == list(range(900))[: len(back)],
    status=echo.status,
    sent=[[sent.outcome, sent.reason] for sent in echo.sent[:20]],
)
