"""No channel at all."""

import report
import streamlit as st

report.show("plain", runs=report.count_run("plain"), seen=len(st.session_state.get("seen of prices", [])))
