// Adds up what a reader chooses among the pending changes, and keeps the choice in the address. The
// figures come from the page and are whole numbers: minor units, the smallest part of a person-day
// that is written, calendar days. It is the arithmetic of the build, with nothing rounded.
(() => {
  const KEY = "choose"
  const panel = document.getElementById("what-if")
  if (!panel) return
  let begun = false
  const begin = () => {
    if (begun) return
    begun = true
    const kept = panel.querySelector(":scope > noscript")
    if (kept) kept.outerHTML = kept.textContent
    const words = panel.dataset
    const figures = JSON.parse(words.figures)
    const dates = JSON.parse(words.dates)
    const result = panel.querySelector(".cb-what-if__result")
    const unknown = panel.querySelector(".cb-what-if__unknown")
    const address = result.querySelector("code")
    const ways = new Map(figures.changes.flatMap(change => change.ways.map(way => [way.value, {way, change}])))
    const chosen = new Map() // by change, the name of its way

    // --- As the build writes it

    const earlier = new RegExp(`\\B(?=(\\d{${words.earlier}})+$)`, "g")
    const amount = (units, decimals, least) => {
      const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0")
      const whole = digits.slice(0, digits.length - decimals)
      let part = digits.slice(digits.length - decimals)
      while (part.length > least && part.endsWith("0")) part = part.slice(0, -1)
      const front = whole.slice(0, -words.last).replace(earlier, () => words.separator)
      const grouped = [front, whole.slice(-words.last)].filter(Boolean).join(words.separator)
      return part ? grouped + words.point + part : grouped
    }
    const decimals = Number(words.decimals)
    const money = (units, signed) => {
      const form = units < 0n ? "minus" : units > 0n && signed ? "plus" : "nil"
      return words[form].replace("{number}", () => amount(units, decimals, decimals))
    }
    const people = (units, signed) => {
      const sign = units < 0n ? "\u2212" : units > 0n && signed ? "+" : ""
      return sign + amount(units, figures.effortDecimals, 0)
    }
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

    const whole = text => {
      const span = document.createElement("span")
      span.className = "cb-money"
      span.textContent = text
      return span
    }
    const say = (row, parts, small, gap, late = false) => {
      const [value, ...more] = row.cells[2].children
      value.replaceChildren(...parts)
      value.classList.toggle("cb-late", late)
      const notes = [small, gap ? words.gap.replace("{num}", gap) : ""]
      more.forEach((place, n) => (place.textContent = notes[n]))
    }
    // What has scrolled away stays in sight in short.
    const brief = panel.querySelector(".cb-what-if__brief")
    const show = () => {
      const {units, effort, requests, gaps} = add()
      for (const row of result.querySelectorAll("[data-figure]")) {
        const {figure, milestone} = row.dataset
        if (figure === "sum")
          say(row, [whole(money(BigInt(figures.sum) + units))], money(units, true), gaps.units)
        else if (figure === "budget") {
          const left = BigInt(figures.budget) - units
          say(row, [whole(money(left))], money(-units, true), gaps.units, left < 0n)
        } else if (figure === "effort")
          say(row, [whole(people(BigInt(figures.effort) + effort))], people(effort, true), gaps.effort)
        else {
          const [low, high] = range(requests.get(milestone) ?? [0])
          const day = days => whole(moved(figures.milestones[milestone], days))
          const parts = words.range.split(/(\{from\}|\{to\})/).map(part =>
            part === "{from}" ? day(low) : part === "{to}" ? day(high) : part,
          )
          say(row, low === high ? [day(low)] : parts, "", gaps.days)
        }
      }
      brief.replaceChildren(
        ...[...result.querySelectorAll("[data-brief] strong")].map(value => value.cloneNode(true)),
      )
      for (const radio of panel.querySelectorAll("input"))
        radio.checked = radio.value === (chosen.get(radio.dataset.change) ?? "")
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
      unknown.textContent = words.unknown.replace("{what}", () => strange.join(", "))
      unknown.hidden = !strange.length
      if (asked.length) panel.open = true
      show()
    }
    const changed = () => {
      const next = new URL(location.href)
      next.searchParams.delete(KEY)
      for (const value of chosen.values()) next.searchParams.append(KEY, value)
      next.hash = panel.id
      history.replaceState(null, "", next)
      unknown.hidden = true
      show()
    }

    // --- What a reader can choose

    const choice = (change, value, content) => {
      const radio = document.createElement("input")
      Object.assign(radio, {type: "radio", name: `what-if-choice-${change}`, value})
      radio.dataset.change = change
      radio.setAttribute("aria-describedby", `what-if-${change}`)
      radio.addEventListener("change", () => {
        if (value) chosen.set(change, value)
        else chosen.delete(change)
        changed()
      })
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
      without.textContent = words.without
      const row = body.insertRow(1)
      const cell = row.insertCell()
      cell.className = "cb-first"
      cell.colSpan = 4
      cell.append(choice(id, "", without))
    }
    const buttons = {
      all: () => {
        for (const {id, fixed, requested} of figures.changes)
          if (!fixed && requested) chosen.set(id, requested)
        changed()
      },
      none: () => {
        chosen.clear()
        changed()
      },
      copy: async button => {
        try {
          await navigator.clipboard.writeText(location.href)
          button.textContent = button.dataset.copied
        } catch {
          // Where a browser refuses, the address is marked, ready to be copied.
          getSelection().selectAllChildren(address)
        }
      },
    }
    for (const button of result.querySelectorAll("button"))
      button.addEventListener("click", () => buttons[button.dataset.do](button))
    result.hidden = brief.hidden = false
    // What was opened as a file has no address to share.
    panel.querySelector(".cb-what-if__address").hidden = !location.protocol.startsWith("http")
    read()
    addEventListener("popstate", read)
  }
  // Not before somebody asks: there may be hundreds of changes.
  if (new URLSearchParams(location.search).has(KEY) || location.hash === `#${panel.id}`) begin()
  else panel.addEventListener("toggle", begin, {once: true})
})()
