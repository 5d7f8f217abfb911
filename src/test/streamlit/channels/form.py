"""A channel that is first met inside a form."""

import report
import streamlit as st

from streamlit_gateway import channel

runs = report.count_run("form")
with st.form("order"):
    text = st.text_input("What")
    echo = channel("echo")
    if st.form_submit_button("Submit"):
        echo.send({"what": text})
    back = st.session_state.setdefault("back of form", [])
    back += echo.new
report.show("form", runs=runs, back=back, status=echo.status)
