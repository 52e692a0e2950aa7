/* Shows the explanation of a term where it stands. Without this script a term is a link to its entry
   in the list at the page's end; with it, a button that opens the same words in place: on hover, on
   focus, by a tap or by the keyboard. Escape closes it, and the pointer may move onto it. */

(() => {
  const DELAY = 250
  const GAP = 6

  const box = document.createElement("div")
  let shown = null
  let timer = 0

  function place(term) {
    const at = [...term.getClientRects()].at(-1) ?? term.getBoundingClientRect()
    const { width, height } = box.getBoundingClientRect()
    const room = document.documentElement.clientWidth
    const below = at.bottom + GAP
    const fits = below + height <= window.innerHeight - GAP
    box.style.left = `${Math.max(GAP, Math.min(at.left, room - width - GAP))}px`
    box.style.top = `${fits ? below : Math.max(GAP, at.top - height - GAP)}px`
  }

  function open(term) {
    clearTimeout(timer)
    if (shown === term) return
    close()
    const entry = document.getElementById(term.hash.slice(1))
    if (!entry) return
    const name = document.createElement("strong")
    name.textContent = entry.parentElement.querySelector("dt").textContent
    box.replaceChildren(name, entry.textContent)
    box.showPopover()
    place(term)
    term.setAttribute("aria-expanded", "true")
    shown = term
  }

  function close() {
    clearTimeout(timer)
    if (!shown) return
    shown.setAttribute("aria-expanded", "false")
    shown = null
    box.hidePopover()
  }

  function later(what) {
    clearTimeout(timer)
    timer = setTimeout(what, DELAY)
  }

  function prepare(term) {
    let byPointer = false
    term.setAttribute("role", "button")
    term.setAttribute("aria-expanded", "false")
    term.addEventListener("pointerdown", () => {
      byPointer = true
    })
    term.addEventListener("focus", () => {
      if (!byPointer) open(term)
    })
    term.addEventListener("blur", () => {
      if (!box.matches(":hover")) close()
    })
    term.addEventListener("click", event => {
      event.preventDefault()
      // Focus by the keyboard has opened it already; the key that clicks then closes it.
      if (shown === term && !(byPointer && event.pointerType === "mouse")) close()
      else open(term)
      byPointer = false
    })
    term.addEventListener("keydown", event => {
      if (event.key !== " ") return
      event.preventDefault()
      term.click()
    })
    term.addEventListener("pointerenter", event => {
      if (event.pointerType === "mouse") later(() => open(term))
    })
    term.addEventListener("pointerleave", event => {
      if (event.pointerType === "mouse" && document.activeElement !== term) later(close)
    })
  }

  if ("showPopover" in box) {
    box.className = "cb-explanation"
    box.popover = "manual"
    box.setAttribute("aria-hidden", "true")
    document.body.append(box)
    box.addEventListener("pointerenter", () => clearTimeout(timer))
    box.addEventListener("pointerleave", () => later(close))
    for (const term of document.querySelectorAll("a.cb-term")) prepare(term)
    addEventListener("keydown", event => {
      if (event.key === "Escape") close()
    })
    addEventListener("pointerdown", event => {
      if (shown && !box.contains(event.target) && !shown.contains(event.target)) close()
    })
    addEventListener("scroll", () => shown && place(shown), { passive: true })
    addEventListener("resize", () => shown && place(shown))
  }
})()
