"""A script that fails at the third message, once."""

import report
import streamlit as st

from streamlit_gateway import channel

prices = channel("prices")
seen = st.session_state.setdefault("seen of failing", [])
report.show("failing", before=list(seen))
for message in prices.new:
    seen.append(message["n"])
    if message["n"] == 3:
        raise RuntimeError("on purpose")
report.show("after", seen=seen, status=prices.status)
