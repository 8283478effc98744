"""What a schema cannot say, told to Schemathesis: which valid requests depend on what exists.

Only requests that are meant to be valid are touched; the invalid ones go out as they were made, but for
those that are valid as they are written. One thing is done for all: what ends sessions is asked by somebody
who has sessions to spare.
"""

import base64
import json
import os
import urllib.request

import requests
import schemathesis

# A list begins at one of these; OpenAPI cannot say that two of them exclude each other.
POSITIONS = ("page", "offset", "after")

# These end the session that asks, or its user's others: the run would go on with 401s alone.
ENDS_SESSIONS = {"change_password", "end_session", "end_sessions", "logout", "step_up"}

# These end the sessions of whom they name, or everything of theirs.
ENDS_ANOTHERS = {"end_user_sessions", "reset_second_factors"}

# The session that drives the run.
DRIVER = f"Bearer {os.environ['CONTRACT_TOKEN']}"


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw.get("operationId")
    token = None
    if operation in ENDS_SESSIONS:
        token = sign_in()
        kwargs["auth"] = Stead(token)
    if operation in ENDS_ANOTHERS and names_the_driver(case.path_parameters):
        case.path_parameters["user_id"] = os.environ["CONTRACT_LEAVER_ID"]
    if case.meta is None:
        return
    if not case.meta.generation.mode.is_positive:
        sort_by_something(case.query)
        return
    name_a_user_that_exists(case.body)
    begin_at_one_place(case.query)
    if isinstance(case.body, dict):
        give_what_the_server_knows(operation, case.body)
    if operation == "end_session":
        case.path_parameters["session_id"] = session_of(token)


def names_the_driver(parameters):
    return bool(parameters) and parameters.get("user_id") == os.environ["CONTRACT_USER_ID"]


def sort_by_something(query):
    """Empty names say nothing, since an empty list is written as one: `sort=`."""
    if not query or "sort" not in query:
        return
    names = query["sort"]
    names = names if isinstance(names, list) else [names]
    text = ",".join("" if name is None else str(name) for name in names)
    if "" in text.split(","):
        query["sort"] = ["nothing"]


class Stead(requests.auth.AuthBase):
    """Asks as somebody else in the driver's stead; what has no token, or a bad one, stays so."""

    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        if request.headers.get("Authorization") == DRIVER:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def sign_in():
    body = {"email": os.environ["CONTRACT_EMAIL"], "password": os.environ["CONTRACT_PASSWORD"]}
    request = urllib.request.Request(
        f"{os.environ['CONTRACT_URL']}/api/v1/auth/login",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["access_token"]


def session_of(token):
    """The session that a token is of: its claim `sid`."""
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]


def give_what_the_server_knows(operation, body):
    """Passwords, and scopes that there are; an address is changed elsewhere."""
    password = os.environ["CONTRACT_PASSWORD"]
    if operation == "change_password":
        body.update(current_password=password, password=password)
    elif operation == "step_up":
        body.update(password=password)
        body.pop("code", None)
    elif operation == "create_api_key":
        body.update(scopes=["*"])
        body.pop("expires_at", None)
    elif operation == "update_user":
        body.pop("email", None)
        body.pop("role", None)


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
