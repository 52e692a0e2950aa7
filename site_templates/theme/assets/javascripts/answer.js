// Turns the ways to answer, which stand beside each option, into one choice: the option that a
// reader picks sets the addresses of one row of buttons.
for (const list of document.querySelectorAll(".cb-choices")) {
  const items = [...list.children]
  if (items.length < 2) continue
  const bar = items[0].querySelector(".cb-actions").cloneNode(true)
  const hint = document.createElement("small")
  hint.className = "cb-choices__hint"
  hint.textContent = list.dataset.hint
  bar.append(hint)
  const buttons = [...bar.querySelectorAll("a")]
  for (const button of buttons) {
    button.removeAttribute("href")
    button.setAttribute("role", "link")
    button.setAttribute("aria-disabled", "true")
  }
  list.setAttribute("role", "radiogroup")
  list.setAttribute("aria-labelledby", "choose")
  items.forEach((item, n) => {
    const own = item.querySelector(".cb-actions")
    const ways = [...own.querySelectorAll("a")].map(a => ({ href: a.href, words: a.textContent }))
    own.remove()
    item.setAttribute("role", "presentation")
    const radio = document.createElement("input")
    radio.type = "radio"
    radio.name = "choice"
    radio.id = `choice-${n + 1}`
    radio.autocomplete = "off"
    radio.addEventListener("change", () => {
      hint.hidden = true
      buttons.forEach((button, at) => {
        button.href = ways[at].href
        button.textContent = ways[at].words // doing nothing is declined, not approved
        button.removeAttribute("role")
        button.removeAttribute("aria-disabled")
      })
    })
    const label = document.createElement("label")
    label.htmlFor = radio.id
    label.append(radio, item.querySelector(".cb-choices__what"))
    item.replaceChildren(label)
  })
  list.after(bar)
}
