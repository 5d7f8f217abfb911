"""One connection per tab, written like the examples of earlier WebSocket helpers for Streamlit.

    java -jar streamlit-gateway.war --app seed_dedicated.py --channel mine=ws://localhost:8011/ws,mode=dedicated,send=true
"""

import os

import streamlit as st

from streamlit_gateway import Connection

ADDR = os.environ.get("FEED", "ws://localhost:8011/ws")


def on_msg(d):
    st.session_state.update(last_message=d, new_event=True)


conn = Connection(ADDR, on_message_cb=on_msg).connect()  # start socket for THIS session
# fold new data:
if st.session_state.get("new_event"):
    st.session_state.setdefault("inbox", []).append(st.session_state["last_message"])
    st.session_state["new_event"] = False
# send:
if st.button("Ping"):
    conn.send_message({"op": "ping"})
# render:
for m in reversed(st.session_state.get("inbox", [])):
    st.json(m)
