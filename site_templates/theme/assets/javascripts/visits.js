// Marks what is new since this browser's last visit. It keeps the keys of the events that were there
// then; nothing leaves the browser. Where it may not remember anything, nothing is shown.
(async () => {
  // Whoever comes back after this time makes a new visit.
  const PAUSE = 4 * 60 * 60 * 1000
  const box = document.getElementById("visits")
  if (!box || !location.protocol.startsWith("http")) return

  let latest, name, kept
  try {
    localStorage.getItem("changebook")
    const answer = await fetch(box.dataset.source, {cache: "no-cache"})
    if (!answer.ok) return
    latest = await answer.json()
    name = `changebook/${latest.edition}`
    kept = localStorage.getItem(name)
  } catch {
    return
  }
  const whole = visit => (Array.isArray(visit?.keys) && /^\d{4}-\d\d-\d\d$/.test(visit.on) ? visit : null)
  let state = null
  try {
    state = JSON.parse(kept)
  } catch {
    // Something else wrote here: this is a first visit.
  }

  const now = new Date()
  const today = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10)
  const here = {on: today, from: latest.from, keys: latest.events.map(([key]) => key)}
  // `before` is what was there at the end of the visit before this one.
  const before = whole(now - state?.last > PAUSE ? state.here : state?.before)
  const save = earlier => {
    try {
      localStorage.setItem(name, JSON.stringify({before: earlier, here, last: +now}))
    } catch {
      // A full or closed store: the marks of this page are right all the same.
    }
  }
  save(before)
  if (!before) return

  const seen = new Set(before.keys)
  // The file holds the newest events only: what was older than all of it then is not new now.
  const fresh = latest.events.filter(([key, , day]) => !seen.has(key) && day >= before.from)
  if (!fresh.length) return
  const keys = new Set(fresh.map(([key]) => key))
  const ids = new Set(fresh.map(([, id]) => id))

  const mark = element => {
    element.classList.add("cb-is-new")
    const chip = document.createElement("span")
    chip.className = "cb-chip cb-new"
    chip.textContent = box.dataset.mark
    element.querySelector("a")?.after(" ", chip)
  }
  let done = false
  const markAll = () => {
    if (done) return
    for (const element of document.querySelectorAll(".md-content :is([data-key], tr[data-id]):not(.cb-is-new)"))
      if (keys.has(element.dataset.key) || ids.has(element.dataset.id)) mark(element)
  }
  markAll()
  // Of a long list some come into the page later.
  const content = document.querySelector(".md-content")
  new MutationObserver(markAll).observe(content, {childList: true, subtree: true})

  const [year, month, day] = before.on.split("-").map(Number)
  const on = new Intl.DateTimeFormat(box.dataset.language, {dateStyle: "medium"})
    .format(new Date(year, month - 1, day))
  const text = box.querySelector("strong")
  text.textContent = text.textContent.replace("{day}", on).replace("{count}", ids.size)
  box.hidden = false

  // On the news page: only what is new, while the address says so.
  const days = [...document.querySelectorAll("section.cb-day")]
  const filter = () => {
    const only = location.hash === "#new"
    content.classList.toggle("cb-only-new", only)
    for (const day of days) day.hidden = only && !day.querySelector(".cb-is-new")
  }
  const read = document.createElement("button")
  read.type = "button"
  read.className = "cb-visits__read"
  read.textContent = box.dataset.read
  read.addEventListener("click", () => {
    save(here)
    done = true
    box.hidden = true
    for (const chip of document.querySelectorAll(".cb-new")) chip.remove()
    for (const element of document.querySelectorAll(".cb-is-new")) element.classList.remove("cb-is-new")
    if (location.hash === "#new") location.hash = "page"
    removeEventListener("hashchange", filter)
    content.classList.remove("cb-only-new")
    for (const day of days) day.hidden = false
  })
  box.querySelector("p").append(" ", read)
  addEventListener("hashchange", filter)
  filter()
})()
