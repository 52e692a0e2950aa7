// Lets a reader choose the day from which on the news are shown. The style sheet hides what is older
// than the day that the address names; this script only makes that address.
(() => {
  const box = document.getElementById("news-choose")
  const days = [...document.querySelectorAll(".cb-day")]
  if (!box || !days.length) return
  const last = days[0].id
  const first = days[days.length - 1].id
  const older = document.getElementById("older")

  const label = document.createElement("label")
  const field = document.createElement("input")
  field.type = "date"
  field.max = last
  if (!older) field.min = first
  label.append(box.dataset.label, " ", field)
  const note = document.createElement("p")
  note.className = "cb-note"
  note.setAttribute("role", "status")
  box.append(label, note)

  const asked = () => {
    const day = location.hash.slice(1)
    return /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : ""
  }
  const tell = () => {
    field.value = asked()
    note.textContent = older && field.value && field.value < first ? box.dataset.older : ""
  }
  const show = day => {
    // Of a long quiet time not every day has a place: the next one after it has.
    const from = days.filter(place => place.id >= day).pop() ?? days[0]
    history.replaceState(null, "", location.pathname)
    location.hash = day < first ? day : from.id
  }
  field.addEventListener("change", () => (field.value ? show(field.value) : (location.hash = "page")))
  addEventListener("hashchange", tell)
  const since = new URLSearchParams(location.search).get("since") || asked()
  if (/^\d{4}-\d{2}-\d{2}$/.test(since) && asked() !== since) show(since)
  tell()
})()
