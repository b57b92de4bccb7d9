// Microsoft's own parser reads a query: prints "Ok", or what it expected instead.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { DefaultSettings, TaskUtils } = createRequire(import.meta.url)("@microsoft/powerquery-parser");

const task = await TaskUtils.tryLexParse(DefaultSettings, readFileSync(process.argv[2], "utf8"));
console.log(task.resultKind === "Ok" ? "Ok" : task.error.message);
