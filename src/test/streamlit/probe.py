"""Test app: everything that the app learns of its visitor, as one JSON text."""

import json

import streamlit as st

st.text(
    json.dumps(
        {
            "url": st.context.url,
            "ip_address": st.context.ip_address,
            "headers": {name: st.context.headers.get_all(name) for name in st.context.headers},
            "cookies": st.context.cookies.to_dict(),
        }
    )
)
