"""A channel in a dialog; the page has the same one for itself on demand."""

import report
import streamlit as st

from streamlit_gateway import channel


@st.dialog("Orders")
def orders() -> None:
    runs = report.count_run("dialog")
    prices = channel("prices")
    if st.button("Send from the dialog"):
        prices.send({"op": "dialog"})
    report.show("dialog", runs=runs, **report.fold("dialog", prices))


report.show("page", runs=report.count_run("page of dialog"))
if st.query_params.get("both"):
    report.show("both", **report.fold("page with dialog", channel("prices")))
if st.button("Open"):
    orders()
