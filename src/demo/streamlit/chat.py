"""The second page: a chat that streams its answers word by word, each word as one message."""

import time
from collections.abc import Iterator

import streamlit as st


def answer(question: str) -> Iterator[str]:
    words = len(question.split())
    text = (
        f"You said: “{question}”. That is {words} {'word' if words == 1 else 'words'}. "
        "I am only a loop with a pause in it, but see how I arrive: each word is a message of its "
        "own on the WebSocket, and none of them waits for the next. If I came all at once, "
        "something between us would be holding me back."
    )
    for word in text.split(" "):
        yield word + " "
        time.sleep(0.04)


st.title("Chat")
st.caption("Ask anything. The harbour master answers at the speed of a slow typist.")

st.chat_message("assistant").markdown("Ahoy! What brings you to the harbour?")

history: list[tuple[str, str]] = st.session_state.setdefault("history", [])
for role, text in history:
    st.chat_message(role).markdown(text)

if question := st.chat_input("Say something"):
    history.append(("user", question))
    st.chat_message("user").markdown(question)
    with st.chat_message("assistant"):
        history.append(("assistant", st.write_stream(answer(question))))
