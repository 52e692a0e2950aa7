// Adds up what a reader chooses among the pending changes, and keeps the choice in the address. The
// figures come from the page and are whole numbers: minor units, the smallest part of a person-day
// that is written, calendar days. It is the arithmetic of the build, with nothing rounded.
(() => {
  const panel = document.getElementById("choices")
  if (!panel) return
  const figures = JSON.parse(panel.dataset.figures)
  const dates = JSON.parse(panel.dataset.dates)
  const result = panel.querySelector(".cb-choices__result")
  const unknown = panel.querySelector(".cb-choices__unknown")
  const address = result.querySelector("code")
  const KEY = "choose"
  const ways = new Map(figures.changes.flatMap(change => change.ways.map(way => [way.value, {way, change}])))
  const chosen = new Map() // the way of each change
  const radios = new Map()

  // --- As the build writes it

  const amount = (units, decimals, least) => {
    const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0")
    const cut = digits.length - decimals
    return new Intl.NumberFormat(panel.dataset.language, {
      minimumFractionDigits: least,
      maximumFractionDigits: decimals,
    }).format(digits.slice(0, cut) + (decimals ? `.${digits.slice(cut)}` : ""))
  }
  const decimals = Number(panel.dataset.decimals)
  const money = (units, signed) => {
    const form = units < 0n ? "minus" : units > 0n && signed ? "plus" : "nil"
    return panel.dataset[form].replace("{number}", () => amount(units, decimals, decimals))
  }
  const sign = (value, signed) => (value < 0 ? "\u2212" : signed && value > 0 ? "+" : "")
  const people = (units, signed) =>
    sign(units, signed) + amount(units, figures.effortDecimals, 0)
  const moved = (day, days) => {
    const date = new Date(`${day}T00:00Z`)
    date.setUTCDate(date.getUTCDate() + days)
    const number = String(date.getUTCDate())
    return dates[date.getUTCMonth()]
      .replace("{dd}", number.padStart(2, "0"))
      .replace("{d}", number)
      .replace("{y}", date.getUTCFullYear())
  }

  // --- The arithmetic

  const add = () => {
    const total = {units: 0n, effort: 0n, requests: new Map(), gaps: {units: 0, effort: 0, days: 0}}
    const taken = new Set()
    for (const change of figures.changes) {
      const value = change.fixed ? change.ways[0].value : chosen.get(change.id)
      if (!value) continue
      const {way} = ways.get(value)
      const days = new Map(Object.entries(way.days))
      for (const key of ["units", "effort"])
        if (way[key] === null) total.gaps[key] += 1
        else total[key] += BigInt(way[key])
      if (!way.dated) total.gaps.days += 1
      // What it takes the place of goes out once, and not before its own amount is known.
      for (const id of way.units === null ? [] : change.replaces) {
        if (taken.has(id)) continue
        taken.add(id)
        const old = figures.replaced[id]
        total.units -= BigInt(old.units ?? 0)
        if (way.effort !== null) total.effort -= BigInt(old.effort ?? 0)
        for (const [milestone, less] of Object.entries(old.days))
          days.set(milestone, (days.get(milestone) ?? 0) - less)
      }
      for (const [milestone, count] of days)
        if (count) total.requests.set(milestone, [...(total.requests.get(milestone) ?? []), count])
    }
    return total
  }
  // From the largest request, if all run at the same time, to the sum of all.
  const range = requests => {
    const largest = requests.reduce((a, b) =>
      Math.abs(b) > Math.abs(a) || (Math.abs(b) === Math.abs(a) && b > a) ? b : a,
    )
    return [largest, requests.reduce((a, b) => a + b)].sort((a, b) => a - b)
  }

  // --- Showing it

  const say = (row, text, small, gap, late = false) => {
    const [value, more] = row.cells[2].children
    value.textContent = text
    value.classList.toggle("cb-late", late)
    const notes = [small, gap ? panel.dataset.gap.replace("{num}", gap) : ""].filter(Boolean)
    more.textContent = notes.join(" · ")
  }
  const show = () => {
    const {units, effort, requests, gaps} = add()
    for (const row of result.querySelectorAll("[data-figure]")) {
      const {figure, milestone} = row.dataset
      if (figure === "sum")
        say(row, money(BigInt(figures.sum) + units), money(units, true), gaps.units)
      else if (figure === "budget") {
        const left = BigInt(figures.budget) - units
        say(row, money(left), money(-units, true), gaps.units, left < 0n)
      } else if (figure === "effort")
        say(row, people(BigInt(figures.effort) + effort), people(effort, true), gaps.effort)
      else {
        const [low, high] = range(requests.get(milestone) ?? [0])
        const [from, to] = [low, high].map(days => moved(figures.milestones[milestone], days))
        const text = panel.dataset.late.replace("{from}", from).replace("{to}", to)
        say(row, low === high ? to : text, "", gaps.days)
      }
    }
    for (const [value, radio] of radios)
      radio.checked = value.startsWith(" ")
        ? !chosen.has(value.slice(1))
        : chosen.get(ways.get(value).change.id) === value
    address.textContent = location.href
  }

  // --- The address

  const read = () => {
    chosen.clear()
    const asked = new URLSearchParams(location.search).getAll(KEY)
    const strange = asked.filter(value => {
      const found = ways.get(value)
      if (!found || found.change.fixed || chosen.has(found.change.id)) return true
      chosen.set(found.change.id, value)
      return false
    })
    unknown.textContent = panel.dataset.unknown.replace("{what}", () => strange.join(", "))
    unknown.hidden = !strange.length
    if (asked.length) panel.open = true
    show()
  }
  const change = () => {
    const next = new URL(location.href)
    next.searchParams.delete(KEY)
    for (const value of chosen.values()) next.searchParams.append(KEY, value)
    history.replaceState(null, "", next)
    unknown.hidden = true
    show()
  }

  // --- What a reader can choose

  const choice = (id, value, content) => {
    const radio = document.createElement("input")
    radio.type = "radio"
    radio.name = `choice-${id}`
    radio.setAttribute("aria-describedby", `choice-${id}`)
    radio.addEventListener("change", () => {
      if (value.startsWith(" ")) chosen.delete(id)
      else chosen.set(id, value)
      change()
    })
    radios.set(value, radio)
    const label = document.createElement("label")
    label.append(radio, content)
    return label
  }
  for (const {id, fixed, ways: own} of figures.changes) {
    if (fixed) continue
    const body = panel.querySelector(`[data-change="${CSS.escape(id)}"]`)
    for (const {value} of own) {
      const cell = body.querySelector(`[data-way="${CSS.escape(value)}"]`).cells[0]
      cell.append(choice(id, value, cell.firstElementChild))
    }
    const without = document.createElement("span")
    without.textContent = panel.dataset.without
    const row = body.insertRow(1)
    const cell = row.insertCell()
    cell.className = "cb-first"
    cell.colSpan = 4
    cell.append(choice(id, ` ${id}`, without))
  }
  const buttons = {
    all: () => {
      for (const {id, fixed, recommended} of figures.changes)
        if (!fixed && recommended) chosen.set(id, recommended)
      change()
    },
    none: () => {
      chosen.clear()
      change()
    },
    copy: async button => {
      try {
        await navigator.clipboard.writeText(location.href)
        button.textContent = button.dataset.copied
      } catch {
        getSelection().selectAllChildren(address)
      }
    },
  }
  for (const button of result.querySelectorAll("button"))
    button.addEventListener("click", () => buttons[button.dataset.do](button))
  result.hidden = false
  read()
  addEventListener("popstate", read)
})()
