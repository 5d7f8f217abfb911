"""A channel in a fragment: only the fragment runs again. The page has the same channel for itself on demand."""

import report
import streamlit as st

from streamlit_gateway import channel

report.show("page", runs=report.count_run("page"))


@st.fragment
def ticker() -> None:
    prices = channel("prices")
    report.show("fragment", runs=report.count_run("fragment"), **report.fold("fragment", prices))
    if st.button("Send from the fragment"):
        prices.send({"op": "fragment"})


ticker()
if st.query_params.get("both"):
    prices = channel("prices")
    report.show("both", **report.fold("page", prices))
