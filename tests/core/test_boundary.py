from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.boundary import digest, enclosed, mark_for


def test_a_digest_depends_on_text_key_and_purpose_and_on_nothing_else() -> None:
    assert digest("text", "key", "receipt") == digest("text", "key", "receipt")
    every = {
        digest(text, key, purpose)
        for text in ("a", "b", "")
        for key in ("", "k", "l")
        for purpose in ("receipt", "mark")
    }
    assert len(every) == 18
    assert all(len(each) == 16 for each in every)


def test_a_key_may_be_of_any_length() -> None:
    assert digest("text", "k" * 1000, "receipt") != digest("text", "", "receipt")


@given(st.text(st.characters(), max_size=50))
def test_the_mark_never_stands_in_the_text(text: str) -> None:
    mark = mark_for(text, "key")
    assert mark not in text
    assert enclosed(text, mark).count(mark) == 2


def test_a_text_that_holds_the_marks_of_others_has_another() -> None:
    text = "\n".join(mark_for(other, "key") for other in ("", "a", "b"))
    assert mark_for(text, "key") not in text
