"""The demo app of streamlit-gateway: three pages, most of what Streamlit sends over the wire.

    streamlit run app.py
"""

import streamlit as st

import picture

st.set_page_config(page_title="Harbour weather", page_icon=picture.icon(), layout="wide")

st.logo(picture.icon(), size="large")

page = st.navigation(
    [
        st.Page("tour.py", title="Tour", icon=":material/sailing:", default=True),
        st.Page("chat.py", title="Chat", icon=":material/forum:", url_path="chat"),
        st.Page("feeds.py", title="Live feeds", icon=":material/sensors:", url_path="feeds"),
    ]
)

with st.sidebar:
    st.caption(
        "An ordinary Streamlit app. Behind **streamlit-gateway** you may reload it, "
        "open it twice, restart the gateway: it goes on."
    )

page.run()
