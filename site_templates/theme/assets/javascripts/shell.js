// What every page needs before it is shown, and what Material would write into each page as scripts:
// the policy of a page allows scripts from files only. It stands in the head, so that a reader's
// colours are there from the first moment.
(() => {
  const {base, verify, foot, head} = document.currentScript.dataset

  // The code on paper holds the address of a page with a digest: who scans it asks whose it is.
  if (verify && location.hash.startsWith("#digest=")) location.replace(verify + location.hash)

  // What Material's bundle keeps in the browser, by names that it knows.
  const scope = new URL(base, location)
  const name = key => `${scope.pathname}.${key}`
  const get = (key, store = localStorage) => JSON.parse(store.getItem(name(key)))
  Object.assign(window, {
    __md_scope: scope,
    __md_hash: text => [...text].reduce((hash, letter) => (hash << 5) - hash + letter.charCodeAt(0), 0),
    __md_get: get,
    __md_set: (key, value, store = localStorage) => {
      try {
        store.setItem(name(key), JSON.stringify(value))
      } catch {
        // A full or closed store: the page works all the same.
      }
    },
  })
  const kept = key => {
    try {
      return get(key)
    } catch {
      return null // a closed store, or something else wrote there
    }
  }

  // The words in the margins of a sheet. Style sheets that scripts make need no leave of the policy.
  const css = words => `"${words.replace(/["\\\n\r\f]/g, letter => `\\${letter.codePointAt(0).toString(16)} `)}"`
  const margins = new CSSStyleSheet({media: "print"})
  margins.replaceSync(
    `@page { @bottom-left { content: ${css(foot)}; } @top-right { content: ${css(head)}; } }`,
  )
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, margins]

  // The colours that the reader has chosen, as soon as there is something to colour.
  const colours = kept("__palette")?.color
  const coloured = () => {
    if (!document.body) return false
    let attribute = key => colours[key]
    if (colours.media === "(prefers-color-scheme)") {
      const now = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"
      const option = document.querySelector(`[data-md-color-media="(prefers-color-scheme: ${now})"]`)
      if (!option) return false
      attribute = key => option.getAttribute(`data-md-color-${key}`)
    }
    for (const key of ["media", "scheme", "primary", "accent"])
      document.body.setAttribute(`data-md-color-${key}`, attribute(key))
    return true
  }
  if (colours) {
    const parsing = new MutationObserver(() => {
      if (coloured()) parsing.disconnect()
    })
    parsing.observe(document.documentElement, {childList: true, subtree: true})
  }

  // What a page keeps as text until its reader opens it, prints the page or is led to it: a phone
  // takes long for tens of thousands of elements. Without scripts it is a part of the page as others.
  const fill = part => {
    const text = part.querySelector?.(":scope > noscript")
    if (text) text.outerHTML = text.textContent
  }
  document.addEventListener("toggle", ({target}) => target.open && fill(target), true)

  document.addEventListener("DOMContentLoaded", () => {
    // The tab that the address names, and else those that the reader chose on other pages.
    const {features = []} = JSON.parse(document.getElementById("__config")?.textContent ?? "{}")
    const tabs = features.includes("content.tabs.link") && kept("__tabs")
    if (Array.isArray(tabs))
      for (const set of document.querySelectorAll(".tabbed-set")) {
        const labels = [...set.querySelectorAll(":scope > .tabbed-labels > label")]
        const chosen = tabs
          .map(tab => labels.find(label => label.innerText.trim() === tab))
          .find(label => label)
        if (chosen) document.getElementById(chosen.htmlFor).checked = true
      }
    const target = document.getElementById(location.hash.slice(1))
    if (target?.name?.startsWith("__tabbed_")) target.checked = true

    // Where the list of a page's headings does not show, Material need not measure where each of them
    // stands: it would lay out all that is folded.
    const list = document.querySelector('[data-md-component="toc"]')
    if (list && !list.checkVisibility()) list.removeAttribute("data-md-component")

    // An address may lead into a part that is not there yet.
    const later = () => [...document.querySelectorAll(".cb-later:has(> noscript)")]
    addEventListener("beforeprint", () => later().forEach(fill))
    const lead = () => {
      const id = location.hash.slice(1)
      if (!id || document.getElementById(id)) return
      const part = later().find(one => one.textContent.includes(` id="${id}"`))
      if (!part) return
      fill(part)
      part.open = true
      document.getElementById(id)?.scrollIntoView()
    }
    addEventListener("hashchange", lead)
    lead()

    // Long lists of ids are words until somebody opens them.
    document.addEventListener(
      "toggle",
      ({target}) => {
        const list = target.open && target.querySelector?.(":scope > [data-records]")
        if (!list) return
        const links = list.textContent.split(" ").flatMap(id => {
          const link = document.createElement("a")
          Object.assign(link, {className: "cb-id", textContent: id, href: list.dataset.records.replace("*", id)})
          return [link, " "]
        })
        list.removeAttribute("data-records")
        list.replaceChildren(...links)
      },
      true,
    )

    // Wide tables and diagrams lie in boxes that scroll; the keyboard must reach them too. And a button
    // that copies is no navigation.
    const content = document.querySelector(".md-content")
    const reach = () => {
      for (const box of document.querySelectorAll(".md-typeset__scrollwrap, div.mermaid"))
        // To measure what is folded, a browser lays out all of it.
        if (!box.closest("details:not([open])") && box.scrollWidth > box.clientWidth) box.tabIndex = 0
      for (const nav of document.querySelectorAll(".md-code__nav")) nav.role = "none"
    }
    reach()
    document.addEventListener("toggle", reach, true)
    if (content) new MutationObserver(reach).observe(content, {childList: true, subtree: true})
  })
})()
