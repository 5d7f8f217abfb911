"""A script that takes longer than the feed does; it counts the runs that came to their end."""

import time

import report
import streamlit as st

from streamlit_gateway import channel

started = report.count_run("slow, started")
prices = channel("prices", buffer=int(st.query_params.get("buffer", "20000")))
facts = report.fold("prices", prices)
for _ in range(10):
    time.sleep(float(st.query_params.get("seconds", "2")) / 10)
    st.text("working")  # here Streamlit would cut a run short
finished = report.count_run("slow, finished")
report.show("slow", started=started, finished=finished, **facts)
