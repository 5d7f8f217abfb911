import numpy as np
import pandas as pd
import streamlit as st

st.title("Sales")
frame = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 3)), columns=["north", "south", "west"])
st.dataframe(frame)
st.line_chart(frame)
