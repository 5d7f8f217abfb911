"""Test app: who is logged in, and from where."""

import streamlit as st

if st.user.is_logged_in:
    st.text(f"{st.user.email} from {st.context.ip_address}")
    st.button("Leave", on_click=st.logout)
else:
    st.text("nobody")
    st.button("Log in", on_click=st.login)
