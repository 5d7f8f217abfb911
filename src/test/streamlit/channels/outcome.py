"""Sends to a feed that answers nothing, and looks at what became of them."""

import report
import streamlit as st

from streamlit_gateway import channel

runs = report.count_run("outcome")
prices = channel("prices")
always = "always" in st.query_params

if always or st.button("Send"):
    st.session_state.sent = prices.send({"op": runs})
sent = st.session_state.get("sent")
report.show("outcome", runs=runs, status=prices.status, outcome=sent.outcome if sent else None)
