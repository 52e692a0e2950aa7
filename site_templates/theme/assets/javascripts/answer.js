// Turns the answers, each of which has links of its own, into one choice with one button, which
// says what is about to be answered. A day that is named goes into the mail.
for (const list of document.querySelectorAll(".cb-choices")) {
  const make = (name, text, kind = "") => {
    const made = document.createElement(name)
    made.className = kind
    made.textContent = text
    return made
  }
  const words = list.dataset
  const bar = make("p", "", "cb-actions cb-choices__bar")
  const button = make("a", "", "cb-button")
  const other = make("a", words.instead, "cb-choices__instead")
  const hint = make("small", words.hint, "cb-choices__hint")
  hint.setAttribute("role", "status")
  button.hidden = other.hidden = true
  button.rel = "noopener noreferrer"
  bar.append(button, hint, other)

  // Fields of a mail stand on lines of their own, before that of the record.
  const withDay = (address, day) =>
    day
      ? address.replace("Changebook-Record:", `Changebook-Until:%20${day}%0D%0AChangebook-Record:`)
      : address

  list.setAttribute("role", "radiogroup")
  list.setAttribute("aria-labelledby", "choose")
  for (const [n, item] of [...list.children].entries()) {
    const own = item.querySelector(".cb-actions")
    const addresses = [...own.querySelectorAll("a")].map(link => link.href)
    own.remove()
    item.setAttribute("role", "presentation")
    const radio = make("input", "")
    radio.type = "radio"
    radio.name = "choice"
    radio.id = `choice-${n + 1}`
    radio.autocomplete = "off"
    const label = make("label", "")
    label.htmlFor = radio.id
    label.append(radio, item.querySelector(".cb-choices__what"))
    item.replaceChildren(label)

    // A form asks for the day itself.
    let day = null
    if (item.dataset.until && addresses[0].startsWith("mailto:")) {
      day = make("input", "")
      day.type = "date"
      const until = make("label", `${item.dataset.until} `, "cb-choices__until")
      until.append(day)
      item.append(until)
    }
    const show = () => {
      if (!radio.checked) return
      button.textContent = item.dataset.action
      const [first, second] = addresses.map(address => withDay(address, day?.value))
      button.href = first
      button.hidden = false
      hint.textContent = first.startsWith("mailto:") ? words.mail : words.online
      other.hidden = !second
      if (second) other.href = second
    }
    radio.addEventListener("change", show)
    day?.addEventListener("input", show)
  }
  list.after(bar)
}
