// The API by its types: `api.GET("/api/v1/projects")` knows what may be sent, and what comes back.
import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema.js";

export type * from "./schema.js";

/** A server's API. `token` is asked before each request, so that a newer one takes the place of an old one. */
export function createApi(baseUrl: string, token: () => string | undefined = () => undefined) {
  const api = createClient<paths, "application/json">({ baseUrl });
  const bearer: Middleware = {
    onRequest({ request }) {
      const held = token();
      if (held !== undefined) {
        request.headers.set("Authorization", `Bearer ${held}`);
      }
      return request;
    },
  };
  api.use(bearer);
  return api;
}

/** A page of a list. */
export interface Page<T> {
  data: T[];
  pagination: { next_cursor: string | null };
}

/** Every item of a list, page by page: `read` gets what to send as `after`. */
export async function* all<T>(read: (after?: string) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const page = await read(after);
    yield* page.data;
    after = page.pagination.next_cursor ?? undefined;
  } while (after !== undefined);
}
