"""What a schema cannot say, told to Schemathesis: which valid requests depend on what exists.

Only requests that are meant to be valid are touched; the invalid ones go out as they were made.
"""

import os

import schemathesis

# A list begins at one of these; OpenAPI cannot say that two of them exclude each other.
POSITIONS = ("page", "offset", "after")


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    name_a_user_that_exists(case.body)
    begin_at_one_place(case.query)


def name_a_user_that_exists(body):
    """A task is assigned to registered users only: a made-up id is refused, as it should be."""
    if isinstance(body, dict) and body.get("assignee_id") is not None:
        body["assignee_id"] = os.environ["CONTRACT_USER_ID"]


def begin_at_one_place(query):
    """A cursor comes out of the page before, never out of a generator; and two places are none."""
    if not query:
        return
    query.pop("after", None)
    given = [name for name in POSITIONS if name in query]
    for name in given[1:]:
        del query[name]
