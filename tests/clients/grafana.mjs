// How Grafana's own library types the fields of flat rows: prints, for each address given, { address: { field: type } }.
import { createRequire } from "node:module";

const { toDataFrame } = createRequire(import.meta.url)("@grafana/data");

const told = {};
for (const address of process.argv.slice(2)) {
  const rows = await (await fetch(address)).json();
  const frame = toDataFrame(rows);
  told[address] = Object.fromEntries(frame.fields.map((field) => [field.name, field.type]));
}
console.log(JSON.stringify(told));
