"""Three channels, and a second socket to one of them."""

import report

from streamlit_gateway import channel

runs = report.count_run("several")
handles = {
    "prices": channel("prices"),
    "news": channel("news"),
    "echo": channel("echo"),
    "again": channel("echo", key="again"),
}
report.show("several", runs=runs, **{name: report.fold(name, handle) for name, handle in handles.items()})
