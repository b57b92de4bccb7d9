// How Grafana's own library types the fields of what Claimbook answers: prints { shape: { indicator: { rows, types: { field: type } } } }.
// Rows are found where the data source Infinity finds them: in a root array, in CSV, at data.points, or in data.columns.
import { createRequire } from "node:module";

const { readCSV, toDataFrame } = createRequire(import.meta.url)("@grafana/data");

async function frame(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await answer.text());
  if (answer.headers.get("content-type").startsWith("text/csv")) return readCSV(await answer.text())[0];
  const found = await answer.json();
  if (Array.isArray(found)) return toDataFrame(found);
  const columns = found.data.map((series) => series.columns).filter((each) => each);
  if (!columns.length) return toDataFrame(found.data.flatMap((series) => series.points));
  return toDataFrame({
    fields: Object.keys(columns[0]).map((name) => ({ name, values: columns.flatMap((each) => each[name]) })),
  });
}

const [address, asked] = process.argv.slice(2);
const [shapes, indicators] = JSON.parse(asked);
const told = {};
for (const shape of shapes) {
  told[shape] = {};
  for (const code of indicators) {
    const found = await frame(`${address}/v1/${shape}&indicator=${code}`);
    const types = Object.fromEntries(found.fields.map((field) => [field.name, field.type]));
    told[shape][code] = { rows: found.length, types };
  }
}
console.log(JSON.stringify(told));
