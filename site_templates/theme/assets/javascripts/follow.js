// Where nobody has said at which address the site is read, its addresses are made from where this
// page is: to copy them, and to subscribe to the calendar. A page that was opened as a file has none.
if (location.protocol.startsWith("http")) {
  for (const paragraph of document.querySelectorAll(".cb-own-address")) {
    const link = paragraph.querySelector("a")
    const label = document.createElement("p")
    label.className = "cb-label"
    label.textContent = link.textContent
    const box = document.createElement("div")
    box.className = "cb-address cb-address--own"
    const address = document.createElement("code")
    address.textContent = link.href
    const button = document.createElement("button")
    button.type = "button"
    button.className = "cb-button cb-button--second"
    button.textContent = link.dataset.copy
    button.setAttribute("aria-label", `${link.dataset.copy}: ${link.textContent}`)
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link.href)
        button.textContent = link.dataset.copied
      } catch {
        // Where a browser refuses, the address is marked, ready to be copied.
        getSelection().selectAllChildren(address)
      }
    })
    box.append(address, button)
    paragraph.replaceWith(label, box)
  }
  const calendar = document.getElementById("follow-calendar")
  if (calendar) {
    const subscribe = calendar.querySelector("a")
    subscribe.href = subscribe.href.replace(/^https?:/, "webcal:")
    calendar.hidden = false
  }
  for (const words of document.querySelectorAll(".cb-by-hand")) words.hidden = true
} else document.documentElement.classList.add("cb-on-disk")
