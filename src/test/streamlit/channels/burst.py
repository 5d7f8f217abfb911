"""One channel, one reader."""

import report

from streamlit_gateway import channel

runs = report.count_run("burst")
prices = channel("prices")
report.show("burst", runs=runs, **report.fold("prices", prices))
