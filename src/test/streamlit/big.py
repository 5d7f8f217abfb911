"""Test app: a button that sends a dataframe of 50 MB of noise, so of at least 50 MB on the wire, in one message."""

import numpy as np
import pandas as pd
import streamlit as st

ROWS, COLUMNS = 125_000, 50


@st.cache_data
def noise() -> pd.DataFrame:
    values = np.random.default_rng(7).standard_normal((ROWS, COLUMNS))
    values[-1, -1] = 42.5
    return pd.DataFrame(values, columns=[f"c{i}" for i in range(COLUMNS)])


if st.button("Send 50 MB"):
    st.dataframe(noise(), lazy=False)  # lazy would send only the rows in view
    st.text("sent")
