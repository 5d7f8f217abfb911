"""What the pages share: how they keep and show what came."""

import json

import streamlit as st

from streamlit_gateway import Channel


def show(name: str, **facts: object) -> None:
    with st.container(key=name):
        st.text(json.dumps(facts))


def count_run(name: str) -> int:
    key = f"runs of {name}"
    st.session_state[key] = st.session_state.get(key, 0) + 1
    return st.session_state[key]


def fold(name: str, channel: Channel) -> dict[str, object]:
    """Reads what is new, numbers ``n`` that should go up by one, and tells of all that this session saw."""
    seen = st.session_state.setdefault(f"seen of {name}", [])
    gaps = st.session_state.setdefault(f"gaps of {name}", [])
    seen += [message["n"] for message in channel.new]
    gaps += [[gap.count, gap.reason] for gap in channel.gaps]
    return {
        "count": len(seen),
        "first": seen[0] if seen else None,
        "last": seen[-1] if seen else None,
        "inOrder": all(after == before + 1 for before, after in zip(seen, seen[1:])),
        "newest": channel.last,
        "status": channel.status,
        "reason": channel.status.reason,
        "missed": channel.missed,
        "gaps": gaps,
    }


def fold_any(name: str, channel: Channel) -> dict[str, object]:
    """Reads what is new, whatever it is."""
    seen = st.session_state.setdefault(f"all of {name}", [])
    seen += channel.new
    return {"seen": seen, "status": channel.status, "reason": channel.status.reason}
