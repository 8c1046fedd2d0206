// Draws charts: <div class="chart" data-chart="ID" role="img" aria-label="…"></div> shows what {{ option|json_script:"ID" }}
// holds, an option of ECharts without colours. Colours and type are the page's own, in light, dark and on paper; a click on what
// has a `link` opens it; a line with a `tone` takes that colour of the page. The table beside the chart says the same to whoever sees no chart.
import * as echarts from "../vendor/echarts.js";

const charts = [...document.querySelectorAll("[data-chart]")];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Light and dark mix the accent with the ground, so that neighbours differ by lightness and not by hue alone.
function mixed(a, b, share) {
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.length === 4 ? hex[(at + 1) / 2].repeat(2) : hex.slice(at, at + 2), 16));
  const [from, to] = [parts(a), parts(b)];
  return `#${from.map((value, at) => Math.round(value + (to[at] - value) * share).toString(16).padStart(2, "0")).join("")}`;
}

function theme() {
  const [ink, quiet, line, ground, accent] = ["ink", "ink-2", "line", "surface", "accent"].map(colour);
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: quiet }, splitLine: { lineStyle: { color: line } } };
  return {
    color: [accent, mixed(accent, ground, 0.4), mixed(accent, ground, 0.7), quiet, mixed(quiet, ground, 0.5)],
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
    // What the tooltip says is drawn and not written as HTML, whose style attributes the page's policy forbids.
    tooltip: { renderMode: "richText", confine: true, backgroundColor: ground, borderColor: line, textStyle: { color: ink } },
    legend: { textStyle: { color: ink }, inactiveColor: quiet },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    treemap: {
      itemStyle: { borderColor: ground, borderWidth: 1, gapWidth: 1 },
      label: { color: colour("on-accent") },
      upperLabel: { color: ink, fontWeight: 600 },
    },
  };
}

// The library gives the areas of a treemap a colour each; size is what they say, so ours share one.
// Lines that lie close together need more contrast than neighbouring areas.
function calm(series) {
  if (series.type === "treemap") (series.levels ??= [{}])[0].color = [colour("accent")];
  if (!series.tone) return;
  (series.lineStyle ??= {}).color = colour(series.tone);
  (series.itemStyle ??= {}).color = colour(series.tone);
}

function draw(element) {
  echarts.getInstanceByDom(element)?.dispose();
  const option = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const chart = echarts.init(element, theme(), { renderer: "canvas" });
  (option.baseOption ?? option).series.forEach(calm);
  chart.setOption(option.baseOption ? option : { baseOption: option });
  chart.setOption({ animation: false });
}

const redraw = () => charts.forEach(draw);
redraw();
addEventListener("resize", () => charts.forEach((element) => echarts.getInstanceByDom(element)?.resize()));
addEventListener("beforeprint", () => charts.forEach((element) => echarts.getInstanceByDom(element)?.resize()));
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
