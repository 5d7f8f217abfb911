import os

import numpy
import streamlit as st

st.title(os.environ.get("TITLE", "No title"))
st.caption(f"process {os.getpid()}")
clicks = st.session_state.setdefault("clicks", 0)
if st.button("Count"):
    st.session_state.clicks = clicks = clicks + 1
st.write(f"Clicks: {clicks}")
st.image(numpy.full((40, 80, 3), os.getpid() % 255, numpy.uint8))
if st.button("Eat"):
    st.session_state.eaten = numpy.ones(600_000_000, numpy.uint8)
upload = st.file_uploader("A file")
if upload:
    st.write(f"Got {len(upload.getvalue())} bytes")
