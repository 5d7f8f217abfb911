"""What a visitor has open while the app behind the gateway is replaced."""

import numpy
import streamlit as st

st.title("Rolling")
st.caption(f"port {st.get_option('server.port')}")
clicks = st.session_state.setdefault("clicks", 0)
if st.button("Count"):
    st.session_state.clicks = clicks = clicks + 1
st.write(f"Clicks: {clicks}")
# each of these is drawn by a script that the page loads when it first needs it
if st.toggle("Chart"):
    st.vega_lite_chart({"a": [1, 2, 3]}, {"mark": "bar", "encoding": {"x": {"field": "a"}}})
if st.toggle("Sound"):
    st.audio(numpy.zeros(8000), sample_rate=8000)
