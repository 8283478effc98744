// Prints every error and warning of an AsyncAPI document, one a line; fails when there is any.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const WARNING = 1; // as in the Language Server Protocol, from 0 (error) to 3 (hint)

const { diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const faults = diagnostics.filter(({ severity }) => severity <= WARNING);
for (const { path, message } of faults) {
  console.error(`/${path.join("/")}: ${message}`);
}
process.exitCode = faults.length === 0 ? 0 : 1;
