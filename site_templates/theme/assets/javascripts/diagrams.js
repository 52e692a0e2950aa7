// What diagrams may hold, said to mermaid whenever Material sets it up: labels are words, and a
// diagram can't allow itself more. Nothing in a drawing asks a reader for anything. And a drawing is
// never smaller than its words can be read: its box scrolls. The style sheet says how small.
(() => {
  const setUp = mermaid.initialize.bind(mermaid)
  const forbidden =
    "audio button datalist details dialog embed fieldset form iframe input label legend link meter " +
    "object optgroup option output picture progress select source style summary textarea video"
  mermaid.initialize = options =>
    setUp({
      ...options,
      // What Material's colours are made for.
      look: "classic",
      theme: "default",
      securityLevel: "strict",
      dompurifyConfig: {FORBID_TAGS: forbidden.split(" ")},
      secure: [
        "secure", "securityLevel", "startOnLoad", "maxTextSize", "suppressErrorRendering", "maxEdges",
        "dompurifyConfig", "themeCSS", "fontFamily", "altFontFamily",
      ],
    })
  const render = mermaid.render.bind(mermaid)
  mermaid.render = async (...drawing) => {
    const drawn = await render(...drawing)
    const svg = drawn.svg.replace(
      /max-width: ([0-9.]+)px/,
      (style, width) => `${style}; min-width: calc(${width}px * var(--cb-drawn, 0))`,
    )
    return {...drawn, svg}
  }
})()
