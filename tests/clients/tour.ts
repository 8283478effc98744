// A session by the generated TypeScript client, against a running server: ASHLAR_URL.
import assert from "node:assert/strict";
import { all, createApi, type ErrorResponse, type ProjectResponse, type TaskResponse } from "./client.js";

const url = process.env["ASHLAR_URL"];
assert.ok(url, "ASHLAR_URL says where the server is");

let token: string | undefined;
const api = createApi(url, () => token);
const email = `ada.${Date.now()}@example.com`;
const password = "quarry-Lintel-7-plumb";

/** What came, where nothing else may. */
function came<T>(answer: { data?: T; error?: ErrorResponse; response: Response }, status: number): T {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert.ok(answer.data !== undefined);
  return answer.data;
}

/** The failure, in its typed form. */
function failed(answer: { error?: ErrorResponse; response: Response }, status: number, code: string): ErrorResponse["error"] {
  assert.equal(answer.response.status, status);
  assert.ok(answer.error, "a failure has a body");
  assert.equal(answer.error.error.code, code);
  assert.equal(answer.error.error.request_id, answer.response.headers.get("X-Request-Id"));
  return answer.error.error;
}

async function signsIn(): Promise<string> {
  const user = came(
    await api.POST("/api/v1/users", { body: { email, display_name: "Ada", password } }),
    201,
  );
  assert.equal(user.email, email);
  failed(await api.GET("/api/v1/auth/me"), 401, "UNAUTHORIZED");
  const tokens = came(await api.POST("/api/v1/auth/login", { body: { email, password } }), 200);
  assert.equal(tokens.token_type, "bearer");
  assert.ok(tokens.access_token && tokens.refresh_token);
  token = tokens.access_token;
  assert.equal(came(await api.GET("/api/v1/auth/me"), 200).id, user.id);
  return tokens.refresh_token;
}

async function createsProject(): Promise<ProjectResponse> {
  const body = { name: "Apollo", slug: `apollo-${Date.now()}`, description: null };
  const answer = await api.POST("/api/v1/projects", { body });
  const project = came(answer, 201);
  assert.equal(project.name, "Apollo");
  assert.equal(project.description, null);
  assert.equal(answer.response.headers.get("ETag"), `"${project.version}"`);
  return project;
}

async function walksThePages(project: ProjectResponse): Promise<TaskResponse[]> {
  const path = { project_id: project.id };
  const titles = ["Build", "Fuel", "Fly", "Land", "Return"];
  for (const title of titles) {
    const answer = await api.POST("/api/v1/projects/{project_id}/tasks", { params: { path }, body: { title } });
    assert.equal(came(answer, 201).status, "todo");
  }
  const pages: number[] = [];
  const tasks: TaskResponse[] = [];
  const read = async (after?: string) => {
    const query = { limit: 2, sort: ["-title" as const], ...(after === undefined ? {} : { after }) };
    const page = came(await api.GET("/api/v1/projects/{project_id}/tasks", { params: { path, query } }), 200);
    pages.push(page.data.length);
    return page;
  };
  for await (const task of all(read)) {
    tasks.push(task);
  }
  assert.deepEqual(pages, [2, 2, 1]);
  assert.deepEqual(tasks.map(({ title }) => title), titles.toSorted().toReversed());
  return tasks;
}

async function changesWhatItHasSeen(project: ProjectResponse, [task]: TaskResponse[]): Promise<void> {
  const params = { path: { project_id: project.id }, header: { "If-Match": `"${project.version}"` } };
  const changed = came(
    await api.PATCH("/api/v1/projects/{project_id}", { params, body: { description: "To the moon" } }),
    200,
  );
  assert.equal(changed.name, "Apollo", "what is absent stays");
  assert.equal(changed.description, "To the moon");
  assert.equal(changed.version, project.version + 1);
  const late = await api.PATCH("/api/v1/projects/{project_id}", { params, body: { name: "Apollo 13" } });
  failed(late, 412, "PRECONDITION_FAILED");

  assert.ok(task);
  const path = { task_id: task.id };
  const begun = came(
    await api.PATCH("/api/v1/tasks/{task_id}", { params: { path }, body: { status: "in_progress", due_date: "2030-01-31" } }),
    200,
  );
  assert.equal(begun.status, "in_progress");
  const cleared = came(
    await api.PATCH("/api/v1/tasks/{task_id}", { params: { path }, body: { due_date: null } }),
    200,
  );
  assert.equal(cleared.due_date, null, "null clears");
  assert.equal(cleared.status, "in_progress");
}

async function isRefused(project: ProjectResponse): Promise<void> {
  const nameless = await api.POST("/api/v1/projects", { body: { name: "", slug: "nameless" } });
  const { details } = failed(nameless, 422, "VALIDATION_ERROR");
  assert.ok(Array.isArray(details), "the details of a refused body are a list");
  assert.deepEqual(details.map(({ field }) => field), ["name"]);

  const path = { project_id: project.id };
  const deleted = await api.DELETE("/api/v1/projects/{project_id}", { params: { path } });
  assert.equal(deleted.response.status, 204);
  failed(await api.GET("/api/v1/projects/{project_id}", { params: { path } }), 404, "NOT_FOUND");
}

async function refreshes(refresh_token: string): Promise<void> {
  const before = token;
  const tokens = came(await api.POST("/api/v1/auth/refresh", { body: { refresh_token } }), 200);
  assert.ok(tokens.access_token && tokens.access_token !== before);
  token = tokens.access_token;
  assert.equal(came(await api.GET("/api/v1/auth/me"), 200).email, email);
  const ended = await api.POST("/api/v1/auth/logout");
  assert.equal(ended.response.status, 204);
  failed(await api.GET("/api/v1/auth/me"), 401, "UNAUTHORIZED");
}

const refreshToken = await signsIn();
const project = await createsProject();
const tasks = await walksThePages(project);
await changesWhatItHasSeen(project, tasks);
await isRefused(project);
await refreshes(refreshToken);
console.log("the tour in TypeScript is over: all as its types say");
