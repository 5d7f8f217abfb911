"""Tests of the module without a browser: the mailbox, and reading from it."""

import json
import pickle
import unittest

import streamlit_gateway as gateway


def message(n, **more):
    return json.dumps({"type": "message", "seq": n, "data": {"n": n}, **more})


def batch(number, first, frames, page="p", **more):
    return {
        "page": page,
        "batch": number,
        "from": first,
        "frames": frames,
        "cursor": ["e", first + len(frames) - 1],
        "status": ["open", ""],
        "taken": 0,
        "outcomes": [],
        **more,
    }


class MailboxTest(unittest.TestCase):
    def setUp(self):
        self.box = gateway._Mailbox(1000)
        self.channel = gateway.Channel(self.box, "key", {}, None)

    def read(self):
        return [m["n"] for m in self.channel.new]

    def test_repeated_batch_is_ignored(self):
        first = batch(1, 1, [message(1), message(2)])
        self.box.take(first)
        self.box.take(first)
        self.assertEqual(self.read(), [1, 2])
        self.assertEqual(self.read(), [])

    def test_overlapping_batch_adds_its_new_messages(self):
        self.box.take(batch(1, 1, [message(1), message(2)]))
        self.box.take(batch(2, 1, [message(1), message(2), message(3)]))
        self.assertEqual(self.read(), [1, 2, 3])
        self.assertEqual(self.box.resume, ["e", 3])

    def test_old_batch_does_not_restore_an_old_status(self):
        self.box.take(batch(2, 1, [], status=["reconnecting", "why"]))
        self.box.take(batch(1, 1, [], status=["open", ""]))
        self.assertEqual(self.channel.status, "reconnecting")
        self.assertEqual(self.channel.status.reason, "why")

    def test_reloaded_page_starts_a_new_numbering(self):
        self.box.take(batch(7, 1, [message(1), message(2)]))
        self.box.take(batch(1, 1, [message(3)], page="q"))
        self.assertEqual(self.read(), [1, 2, 3])

    def test_messages_after_a_break_stay_unread(self):
        self.box.take(batch(1, 1, [message(n) for n in range(1, 6)]))
        for m in self.channel.new:
            if m["n"] == 2:
                break
        self.assertTrue(self.channel.new)
        self.assertEqual(len(self.channel.new), 3)
        self.assertEqual(self.read(), [3, 4, 5])

    def test_oldest_unread_messages_are_dropped_and_reported_as_a_gap(self):
        self.box.limit = 3
        self.box.take(batch(1, 1, [message(n) for n in range(1, 8)]))
        self.assertEqual(self.read(), [5, 6, 7])
        self.assertEqual(self.channel.gaps, [gateway.Gap(4, "not read")])
        self.assertEqual(self.channel.gaps, [])
        self.assertEqual(self.channel.missed, 4)

    def test_gap_of_unknown_size_is_reported(self):
        self.box.take(batch(1, 1, ['{"type":"gap","from":3,"to":5,"count":3}', '{"type":"gap","count":null}']))
        self.assertEqual([gap.count for gap in self.channel.gaps], [3, None])
        self.assertEqual(self.channel.missed, 3)

    def test_text_bytes_large_numbers_and_null_are_unchanged(self):
        self.box.take(
            batch(
                1,
                1,
                [
                    '{"type":"message","seq":1,"text":"plain"}',
                    '{"type":"message","seq":2,"base64":"AP8="}',
                    '{"type":"message","seq":3,"data":12345678901234567890}',
                    '{"type":"message","seq":4,"data":null}',
                ],
            )
        )
        self.assertEqual(list(self.channel.new), ["plain", b"\x00\xff", 12345678901234567890, None])

    def test_sends_stay_in_the_outbox_until_the_page_has_taken_them(self):
        first, second = self.box.put({"a": 1}), self.box.put("two")
        self.assertEqual(
            gateway._sends(self.box, list(self.box.outbox)),
            {"session": self.box.session, "watched": False, "first": 1, "sends": [[1, "data", '{"a":1}'], [2, "text", "two"]]},
        )
        self.box.take(batch(1, 1, [], taken=1, outcomes=[[1, "delivered", ""], [2, "rejected", "full"]]))
        self.assertEqual(gateway._sends(self.box, list(self.box.outbox))["first"], 2)
        self.assertEqual((first.outcome, second.outcome, second.reason), ("delivered", "rejected", "full"))
        self.box.take(batch(2, 1, [], taken=2))
        self.assertEqual(gateway._sends(self.box, [])["first"], 3)

    def test_reading_a_pending_outcome_watches_for_it(self):
        sent = self.box.put("one")
        self.assertFalse(gateway._sends(self.box, [])["watched"])
        self.assertEqual(repr(sent), "Sent(1, pending)")
        self.assertTrue(gateway._sends(self.box, [])["watched"])

    def test_mailbox_can_be_pickled(self):
        self.box.put("one").outcome
        self.box.take(batch(1, 1, [message(1)]))
        box = pickle.loads(pickle.dumps(self.box))
        self.assertEqual((box.received, box.sent[1].outcome), (1, "pending"))

    def test_value_that_is_not_json_is_rejected_immediately(self):
        for wrong in (float("nan"), object(), {1, 2}):
            with self.assertRaises((TypeError, ValueError)):
                self.box.put(wrong)
        self.assertEqual(self.box.sends, 0)

    def test_send_from_another_thread_is_rejected(self):
        with self.assertRaisesRegex(RuntimeError, "script"):
            self.channel.send({})

    def test_json_beyond_the_limits_of_python_is_reported_as_a_gap(self):
        deep = '{"type":"message","seq":1,"data":' + "[" * 100_000 + "]" * 100_000 + "}"
        long_number = '{"type":"message","seq":2,"data":' + "9" * 10_000 + "}"
        self.box.take(batch(1, 1, [deep, long_number, message(3)]))
        self.assertEqual(self.read(), [3])
        self.assertEqual(self.channel.gaps, [gateway.Gap(1, "not readable")] * 2)

    def test_greeting_is_one_message_or_a_list(self):
        self.assertEqual(gateway._messages(None), [])
        self.assertEqual(gateway._messages("hello"), ["hello"])
        self.assertEqual(gateway._messages({"op": "subscribe"}), [{"op": "subscribe"}])
        self.assertEqual(gateway._messages(["a", {"b": 1}]), ["a", {"b": 1}])

    def test_status_can_be_pickled(self):
        status = pickle.loads(pickle.dumps(gateway.Status("closed", "why")))
        self.assertEqual((status, status.reason), ("closed", "why"))


if __name__ == "__main__":
    unittest.main()
