// A program against the types that openapi-typescript makes of our document: it must compile, and read the shipped data.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const client = createClient<paths>({ baseUrl: process.argv[2] });

const one = await client.GET("/v1/statements/{id}", { params: { path: { id: "central-urban-areas.gdp-2021-h1" } } });
if (!one.data) throw new Error(one.error.detail);
const statement: components["schemas"]["Statement"] = one.data;
const lower: number | null | undefined = statement.quantity?.interval.lower;

const compared = await client.GET("/v1/comparisons", { params: { query: { status: ["conflicting"], sort: "-gap" } } });
const page = compared.data; // JSON, or text where another format was asked for
if (!page || typeof page === "string") throw new Error(compared.error?.detail);
const comparisons: components["schemas"]["Comparison"][] = page.data;

const wrong = await client.GET("/v1/statements/{id}", { params: { path: { id: "central-urban-areas.gdp" } } });
const problem: components["schemas"]["Problem"] | undefined = wrong.error;

console.log(JSON.stringify({ text: statement.text, lower, cells: comparisons.map((each) => each.cell), code: problem?.code }));
