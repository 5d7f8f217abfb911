"""The first page: widgets, chart, table, files, media, and the app's data about its visitor."""

import hashlib
import io
import wave

import numpy as np
import pandas as pd
import streamlit as st

import picture

HARBOURS = {"København": 9.0, "Zürich": 11.0, "Porto": 16.0, "Αθήνα": 20.0}


def weather(harbour: str, days: int) -> pd.DataFrame:
    """Returns the same numbers for the same harbour in every session."""
    rng = np.random.default_rng(list(harbour.encode()))
    day = np.arange(1, days + 1)
    warmth = HARBOURS[harbour] + 4 * np.sin(day / 9) + rng.normal(0, 1.2, days)
    wind = 6 + 3 * np.sin(day / 5 + 2) + rng.normal(0, 0.9, days)
    return pd.DataFrame({"day": day, "temperature": warmth.round(1), "wind": wind.clip(0).round(1)})


def foghorn(seconds: float = 2.0, rate: int = 22_050) -> bytes:
    """A soft chord as a WAV file."""
    t = np.linspace(0, seconds, int(seconds * rate), endpoint=False)
    chord = sum(np.sin(2 * np.pi * pitch * t) for pitch in (110.0, 164.8, 220.0)) / 3
    fade = np.clip(np.minimum(t, seconds - t) / 0.3, 0, 1)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((chord * fade * 20_000).astype("<i2").tobytes())
    return file.getvalue()


st.title("Harbour weather")

# --- widgets: each change reruns this file, over the WebSocket -----------------------------------
with st.container(border=True):
    left, middle, right = st.columns(3, gap="large")
    name = left.text_input("Your name", "Ada", key="name")
    harbour = middle.selectbox("Harbour", list(HARBOURS), key="harbour")
    days = right.slider("Days", 7, 90, 30, key="days")

    left, middle, right = st.columns(3, gap="large", vertical_alignment="center")
    average = left.checkbox("Show the moving average", key="average")
    if middle.button("Count a click", icon=":material/ads_click:", key="count"):
        st.session_state.clicks = st.session_state.get("clicks", 0) + 1
    right.markdown(f"Clicks in this session: **{st.session_state.get('clicks', 0)}**")

table = weather(harbour, days)

st.markdown(
    f"Hello, **{name}**. Over {days} days {harbour} had a mean of "
    f"**{table.temperature.mean():.1f} °C** and gusts up to **{table.wind.max():.1f} m/s**."
)

# --- chart and table -----------------------------------------------------------------------------
chart, rows = st.columns([3, 2], gap="large")
with chart:
    st.subheader("Chart")
    lines = table.set_index("day")
    if average:
        lines["average"] = lines.temperature.rolling(7, min_periods=1).mean()
    with st.container(key="chart"):
        st.line_chart(lines, height=320)
with rows:
    st.subheader("Table")
    with st.container(key="table"):
        st.dataframe(
            table,
            height=266,
            hide_index=True,
            column_config={
                "temperature": st.column_config.NumberColumn("temperature, °C", format="%.1f"),
                "wind": st.column_config.NumberColumn("wind, m/s", format="%.1f"),
            },
        )
    st.download_button(
        "Download as CSV",
        table.to_csv(index=False).encode(),
        file_name="weather.csv",
        mime="text/csv",
        icon=":material/download:",
        key="download",
    )

# --- files: uploaded by HTTP, one PUT per file ---------------------------------------------------
st.subheader("Upload")
upload = st.file_uploader("Any file, up to 200 MB", key="upload")
if upload is not None:
    content = upload.getvalue()
    st.success(f"**{upload.name}** arrived: {len(content):,} bytes", icon=":material/task_alt:")
    with st.container(key="sha256"):
        st.code(hashlib.sha256(content).hexdigest(), language=None)

# --- media: downloaded by HTTP, with Range -------------------------------------------------------
image, sound = st.columns([3, 2], gap="large")
with image:
    st.subheader("Image")
    st.image(picture.sea(), caption="Drawn by NumPy for this page", width="stretch")
with sound:
    st.subheader("Sound")
    st.audio(foghorn())
    st.caption("Two seconds of foghorn, a WAV file made on the spot")

# --- data of the WebSocket handshake -------------------------------------------------------------
with st.expander("What the app knows about you: st.context", icon=":material/visibility:"):
    shown = ("Host", "Origin", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")
    st.json(
        {
            "url": st.context.url,
            "ip_address": st.context.ip_address,
            "headers": {h: st.context.headers[h] for h in shown if h in st.context.headers},
            "cookie names": sorted(st.context.cookies),
        }
    )
