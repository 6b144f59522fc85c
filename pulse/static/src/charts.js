/* Draws each figure with Plotly where there is room for it. The server's SVG stays for phones,
   for paper, and wherever this script or the library does not run. */
(function () {
  "use strict";

  var library = document.currentScript.dataset.library;
  var roomy = window.matchMedia("screen and (min-width: 48em)");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var token = /^var\((--[a-z0-9-]+)\)$/;
  var loading = null;

  function loadLibrary() {
    loading = loading || new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = library;
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
    return loading;
  }

  /* Plotly knows no custom properties: put in what each token says on this screen. */
  function resolved(value, tokens) {
    if (typeof value === "string") {
      var match = token.exec(value);
      return match ? tokens.getPropertyValue(match[1]).trim() : value;
    }
    if (Array.isArray(value)) {
      return value.map(function (each) { return resolved(each, tokens); });
    }
    if (value !== null && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (key) { copy[key] = resolved(value[key], tokens); });
      return copy;
    }
    return value;
  }

  /* Nothing here moves: the figures have no transition, so reduced motion needs no second way. */
  function draw(figure) {
    var plot = figure.querySelector(".chart-plot");
    var written = JSON.parse(figure.querySelector(".chart-data").textContent);
    var whole = resolved(written, window.getComputedStyle(document.documentElement));
    whole.layout.font.family = window.getComputedStyle(document.body).fontFamily;
    figure.classList.add("chart-drawn");
    return window.Plotly.react(plot, whole.data, whole.layout, whole.config).catch(function (error) {
      figure.classList.remove("chart-drawn");
      throw error;
    });
  }

  function drawAll() {
    if (!roomy.matches) { return; }
    var figures = Array.from(document.querySelectorAll(".chart-figure"));
    if (figures.length === 0) { return; }
    loadLibrary().then(
      function () { return Promise.all(figures.map(draw)); },
      function () { loading = null; } /* the server's drawing stands; a wider window tries again */
    );
  }

  roomy.addEventListener("change", drawAll);
  dark.addEventListener("change", drawAll);
  drawAll();
}());
