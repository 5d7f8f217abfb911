"""A channel by the address of its feed."""

import os

import report
import streamlit as st

from streamlit_gateway import Connection

connection = Connection(os.environ["FEED"]).connect()
if st.button("Send by address"):
    connection.send_message({"op": "by address"})
report.show("address", runs=report.count_run("address"), status=connection.status, reason=connection.status.reason)
