"""One connection for all sessions, written like the examples of earlier WebSocket helpers for Streamlit.

    java -jar streamlit-gateway.war --app seed_shared.py --channel ours=ws://localhost:8011/ws,mode=shared,send=true
"""

import os

import streamlit as st

from streamlit_gateway import SharedConnection

ADDR = os.environ.get("FEED", "ws://localhost:8011/ws")
conn = SharedConnection.get(ADDR)  # one socket of the gateway, messages fanned out to all sessions
if st.session_state.get("new_event"):
    st.session_state.setdefault("inbox", []).append(st.session_state["last_message"])
    st.session_state["new_event"] = False
if st.button("Ping"):
    conn.send_message({"op": "ping"})
for m in reversed(st.session_state.get("inbox", [])):
    st.json(m)
