"""Test app: channels in every place of a script. Each page writes what it knows as JSON texts."""

import streamlit as st

pages = [
    "burst",
    "slow",
    "send",
    "order",
    "outcome",
    "form",
    "fragment",
    "dialog",
    "greeting",
    "address",
    "several",
    "failing",
    "missing",
    "plain",
]
st.navigation([st.Page(f"{page}.py", title=page, url_path=page, default=page == "burst") for page in pages]).run()
