"""A session by the generated Python client, against a running server: ASHLAR_URL."""

import datetime
import os
import time
from collections.abc import Iterator
from typing import TypeVar

from ashlar_client import AuthenticatedClient, Client
from ashlar_client.api.auth import create_user, login, logout, read_me, refresh_token
from ashlar_client.api.projects import (
    create_project,
    create_task,
    delete_project,
    list_tasks,
    read_project,
    update_project,
    update_task,
)
from ashlar_client.models import (
    ErrorBody,
    ErrorResponse,
    ListTasksSortItem,
    Login,
    MeResponse,
    ProjectCreate,
    ProjectResponse,
    ProjectUpdate,
    Refresh,
    TaskCreate,
    TaskResponse,
    TaskResponseList,
    TaskStatus,
    TaskUpdate,
    TokenResponse,
    UserCreate,
    UserResponse,
)
from ashlar_client.types import UNSET, Response, Unset

URL = os.environ["ASHLAR_URL"]
EMAIL = f"grace.{time.time_ns()}@example.com"
PASSWORD = "quarry-Lintel-7-plumb"

T = TypeVar("T")


def came(answer: Response[T | ErrorResponse], kind: type[T], status: int) -> T:
    """What came, where nothing else may."""
    assert answer.status_code == status, answer.content
    assert isinstance(answer.parsed, kind), answer.parsed
    return answer.parsed


def failed(answer: Response[T | ErrorResponse] | Response[ErrorResponse], status: int, code: str) -> ErrorBody:
    """The failure, in its typed form."""
    assert answer.status_code == status, answer.content
    assert isinstance(answer.parsed, ErrorResponse), answer.parsed
    error = answer.parsed.error
    assert error.code == code
    assert error.request_id == answer.headers["X-Request-Id"]
    return error


def signs_in() -> tuple[AuthenticatedClient, str]:
    client = Client(URL)
    body = UserCreate(email=EMAIL, display_name="Grace", password=PASSWORD)
    user = came(create_user.sync_detailed(client=client, body=body), UserResponse, 201)
    assert user.email == EMAIL

    stranger = AuthenticatedClient(URL, token="nobody's")
    failed(read_me.sync_detailed(client=stranger), 401, "UNAUTHORIZED")

    answer = login.sync_detailed(client=client, body=Login(email=EMAIL, password=PASSWORD))
    tokens = came(answer, TokenResponse, 200)
    assert isinstance(tokens.access_token, str)
    assert isinstance(tokens.refresh_token, str)
    signed_in = AuthenticatedClient(URL, token=tokens.access_token)
    assert came(read_me.sync_detailed(client=signed_in), MeResponse, 200).id == user.id
    return signed_in, tokens.refresh_token


def creates_project(client: AuthenticatedClient) -> ProjectResponse:
    body = ProjectCreate(name="Mercury", slug=f"mercury-{time.time_ns()}", description=None)
    answer = create_project.sync_detailed(client=client, body=body)
    project = came(answer, ProjectResponse, 201)
    assert project.name == "Mercury"
    assert project.description is None
    assert answer.headers["ETag"] == f'"{project.version}"'
    age = datetime.datetime.now(datetime.UTC) - project.created_at
    assert age < datetime.timedelta(minutes=5), "times are times"
    return project


def pages(client: AuthenticatedClient, project: ProjectResponse) -> Iterator[TaskResponseList]:
    after: str | Unset = UNSET
    while True:
        answer = list_tasks.sync_detailed(
            project.id, client=client, limit=2, sort=[ListTasksSortItem.TITLE_DESC], after=after
        )
        page = came(answer, TaskResponseList, 200)
        yield page
        if page.pagination.next_cursor is None:
            return
        after = page.pagination.next_cursor


def walks_the_pages(client: AuthenticatedClient, project: ProjectResponse) -> list[TaskResponse]:
    titles = ["Build", "Fuel", "Fly", "Land", "Return"]
    for title in titles:
        answer = create_task.sync_detailed(project.id, client=client, body=TaskCreate(title=title))
        assert came(answer, TaskResponse, 201).status is TaskStatus.TODO
    found = [page.data for page in pages(client, project)]
    assert [len(page) for page in found] == [2, 2, 1]
    tasks = [task for page in found for task in page]
    assert [task.title for task in tasks] == sorted(titles, reverse=True)
    return tasks


def changes_what_it_has_seen(client: AuthenticatedClient, project: ProjectResponse, task: TaskResponse) -> None:
    seen = f'"{project.version}"'
    body = ProjectUpdate(description="Into orbit")
    answer = update_project.sync_detailed(project.id, client=client, body=body, if_match=seen)
    changed = came(answer, ProjectResponse, 200)
    assert changed.name == "Mercury", "what is absent stays"
    assert changed.description == "Into orbit"
    assert changed.version == project.version + 1
    late = ProjectUpdate(name="Gemini")
    answer = update_project.sync_detailed(project.id, client=client, body=late, if_match=seen)
    failed(answer, 412, "PRECONDITION_FAILED")

    due = datetime.date(2030, 1, 31)
    begin = TaskUpdate(status=TaskStatus.IN_PROGRESS, due_date=due)
    begun = came(update_task.sync_detailed(task.id, client=client, body=begin), TaskResponse, 200)
    assert begun.status is TaskStatus.IN_PROGRESS
    assert begun.due_date == due
    clear = TaskUpdate(due_date=None)
    cleared = came(update_task.sync_detailed(task.id, client=client, body=clear), TaskResponse, 200)
    assert cleared.due_date is None, "None clears"
    assert cleared.status is TaskStatus.IN_PROGRESS


def is_refused(client: AuthenticatedClient, project: ProjectResponse) -> None:
    nameless = create_project.sync_detailed(client=client, body=ProjectCreate(name="", slug="nameless"))
    details = failed(nameless, 422, "VALIDATION_ERROR").details
    assert isinstance(details, list), "the details of a refused body are a list"
    assert [detail.field for detail in details] == ["name"]

    deleted = delete_project.sync_detailed(project.id, client=client)
    assert deleted.status_code == 204
    failed(read_project.sync_detailed(project.id, client=client), 404, "NOT_FOUND")


def refreshes(client: AuthenticatedClient, token: str) -> None:
    answer = refresh_token.sync_detailed(client=Client(URL), body=Refresh(refresh_token=token))
    tokens = came(answer, TokenResponse, 200)
    assert isinstance(tokens.access_token, str)
    assert tokens.access_token != client.token
    renewed = AuthenticatedClient(URL, token=tokens.access_token)
    assert came(read_me.sync_detailed(client=renewed), MeResponse, 200).email == EMAIL
    assert logout.sync_detailed(client=renewed).status_code == 204
    failed(read_me.sync_detailed(client=renewed), 401, "UNAUTHORIZED")


def tour() -> None:
    client, token = signs_in()
    project = creates_project(client)
    tasks = walks_the_pages(client, project)
    changes_what_it_has_seen(client, project, tasks[0])
    is_refused(client, project)
    refreshes(client, token)
    print("the tour in Python is over: all as its types say")


tour()
