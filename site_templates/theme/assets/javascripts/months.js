// Compares two month ends. Every figure comes from differences.json as it is written there; this
// script only chooses, and hides the months that do not lie between.
(async () => {
  const box = document.getElementById("compare")
  const source = document.getElementById("differences")
  const months = [...document.querySelectorAll("#months tbody tr")]
    .map(row => ({key: row.id.slice(2), label: row.querySelector("a").textContent}))
    .reverse()
  if (!box || !source || months.length < 2) return
  box.hidden = false

  let data
  try {
    const answer = await fetch(source.href)
    if (!answer.ok) throw new Error(answer.statusText)
    data = await answer.json()
  } catch {
    document.getElementById("compare-trouble").hidden = false
    return
  }

  const choice = end => {
    const select = document.createElement("select")
    select.id = `compare-${end}`
    for (const {key, label} of months) select.add(new Option(label, key))
    const place = document.getElementById(`compare-${end}-place`)
    select.setAttribute("aria-label", place.dataset.label)
    place.replaceWith(select)
    return select
  }
  const from = choice("from")
  const to = choice("to")
  const asked = new URLSearchParams(location.search)
  from.value = asked.get("from")
  to.value = asked.get("to")
  if (from.selectedIndex < 0) from.selectedIndex = months.length - 2
  if (to.selectedIndex < 0) to.selectedIndex = months.length - 1

  const cell = (text, className, label) => {
    const td = document.createElement("td")
    td.className = className
    if (label) td.dataset.label = label
    td.textContent = text
    return td
  }
  const same = document.getElementById("compare-none").textContent
  const heads = [...box.querySelectorAll("th")]
  const show = () => {
    // Whichever way round they are chosen, the earlier one comes first.
    const [a, b] = [from.value, to.value].sort()
    const differences = data.differences[`${a}/${b}`] || []
    heads[1].textContent = months.find(month => month.key === a).label
    heads[2].textContent = months.find(month => month.key === b).label
    const rows = data.rows.map((name, n) => {
      const tr = document.createElement("tr")
      tr.append(
        cell(name, "cb-first"),
        cell(data.values[a][n], "cb-num", heads[1].textContent),
        cell(data.values[b][n], "cb-num", heads[2].textContent),
        cell(differences[n] ?? same, "cb-num", heads[3].textContent),
      )
      return tr
    })
    document.getElementById("compare-rows").replaceChildren(...rows)
    for (const section of document.querySelectorAll(".cb-month")) {
      const key = section.id.slice(2)
      section.hidden = key <= a || key > b
    }
  }
  const choose = () => {
    show()
    history.replaceState(null, "", `?from=${from.value}&to=${to.value}`)
  }
  from.addEventListener("change", choose)
  to.addEventListener("change", choose)
  show()
  if (!asked.has("from") && !asked.has("to"))
    for (const section of document.querySelectorAll(".cb-month")) section.hidden = false
})()
