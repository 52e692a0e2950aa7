// What diagrams may hold, said to mermaid whenever Material sets it up: labels are words, and a
// diagram can't allow itself more. Nothing in a drawing asks a reader for anything.
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
})()
