"""Sessions that can be told apart from outside: by what they keep, and by a picture that one process alone can show."""

import os
import secrets

import numpy
import streamlit as st

mark = st.session_state.setdefault("mark", secrets.token_hex(8))
st.write(f"mark-{mark} at-{st.get_option('server.port')}")
st.image(numpy.full((8, 8, 3), os.getpid() % 255, numpy.uint8))
