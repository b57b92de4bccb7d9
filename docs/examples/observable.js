// Claimbook in an Observable notebook or Framework page. Any origin may read, so a plain fetch is enough.
// Cell 1: the points of a series; where the words give a bound only, `bound` holds it beside `value`.
export async function series(indicator, address = "http://127.0.0.1:8000") {
  const answer = await fetch(`${address}/v1/series.json?indicator=${encodeURIComponent(indicator)}`);
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return (await answer.json()).map((point) => ({ ...point, time: new Date(point.time) }));
}

// Cell 2, with Observable Plot: a rule from bound to bound, a dot for a number, an arrow for what is open.
export function marks(Plot, points) {
  return [
    Plot.ruleX(points, { x: "time", y1: "lower", y2: "upper", filter: (point) => point.lower !== null && point.upper !== null }),
    Plot.dot(points, { x: "time", y: "value", filter: (point) => point.value !== null && point.bound === null, channels: { statement: "statement" }, tip: true }),
    Plot.text(points, { x: "time", y: "bound", filter: (point) => point.bound !== null, text: (point) => (point.open_upper ? "↑" : "↓") }),
  ];
}
