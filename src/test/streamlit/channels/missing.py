"""A channel that nobody configured."""

import report

from streamlit_gateway import channel

report.show("missing", **report.fold("nowhere", channel("nowhere")))
