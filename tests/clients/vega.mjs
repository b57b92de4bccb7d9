// Draws a Vega-Lite chart from a file without a browser: prints the SVG.
import { readFileSync } from "node:fs";
import * as vega from "vega";
import * as lite from "vega-lite";

const chart = JSON.parse(readFileSync(process.argv[2], "utf8"));
const view = new vega.View(vega.parse(lite.compile(chart).spec), { renderer: "none" });
console.log(await view.toSVG());
