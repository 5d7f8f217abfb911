"""Feeds that are told something on each connection."""

import report
import streamlit as st

from streamlit_gateway import channel

echo = channel("echo", greeting=[{"op": "subscribe", "to": ["ACME"]}, "plain"])
mute = channel("mute", greeting="nobody may say this")
report.show("greeting", **report.fold_any("greeting", echo))
report.show("mute", status=mute.status, reason=mute.status.reason)
