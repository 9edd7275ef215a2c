"""What travels to workers arrives whole: a content and its names say themselves what they are pickled with."""

import pickle
from dataclasses import fields

from cyberforensics.model.entry import Content, Name


def test_a_content_with_all_that_it_may_hold() -> None:
    names = (Name("id-1", "/a", "stream", "S-1-5-18"), Name("id-2", "/b", None, None))
    content = Content(7, "5-1-128-2", '{"type":"TSK"}', b"/a\xff", 11, True, "tsk", 4096, names)
    for made in (content, *names):
        values = [getattr(made, field.name) for field in fields(made)]
        assert len(set(map(repr, values))) == len(values) or made is names[1]  # no two could be exchanged unseen
        back = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
        assert type(back) is type(made)
        assert back == made
