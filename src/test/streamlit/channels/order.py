"""Orders to a feed that answers nothing."""

import report
import streamlit as st

from streamlit_gateway import channel

runs = report.count_run("order")
prices = channel("prices")
if st.button("Buy"):
    prices.send({"op": "buy"})
report.show("order", runs=runs, status=prices.status, sent=[[sent.outcome, sent.reason] for sent in prices.sent])
