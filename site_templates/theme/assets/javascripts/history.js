// Filters and sorts the list of changes, adds up the money of those that are shown, and shows the
// list or the months. All of it stands in the address. Every word comes from the page, and so does
// every figure but the sums of what is shown, which are exact: whole numbers of the smallest unit.
// A long list begins with its newest changes. A browser takes the others for text, and they come into
// the page when a reader asks for them: by a filter, an order, a place in the address, or for more.
(() => {
  const source = document.getElementById("history-words")
  const table = document.querySelector("table.cb-history")
  if (!source || !table) return

  const say = (key, values = {}) =>
    Object.entries(values).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, value),
      source.querySelector(`[data-word="${key}"]`).textContent,
    )
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    element.append(...children)
    return element
  }
  const plain = text => text.normalize("NFKC").toLowerCase()
  const split = text => (text ? text.split(" ") : [])

  // --- What the page holds

  const facets = [...source.querySelectorAll("[data-facet]")].map(list => ({
    key: list.dataset.facet,
    name: list.dataset.name,
    choices: [...list.children].map(one => ({
      value: one.dataset.value,
      name: one.textContent,
      had: "had" in one.dataset,
    })),
  }))
  const periods = ["asked", "decided"]
  const columns = [...table.tHead.rows[0].cells].map(cell => ({
    cell,
    key: cell.dataset.sort,
    name: cell.textContent,
  }))
  const groups = new Map() // the parts of the list by their month
  const rows = []
  const take = bodies => {
    for (const body of bodies) {
      const {month} = body.dataset
      const lines = [...body.rows].slice(1)
      if (!groups.has(month)) groups.set(month, body)
      for (const line of lines) {
        const data = line.dataset
        rows.push({
          line,
          month,
          id: data.id,
          data,
          values: Object.fromEntries(facets.map(({key}) => [key, split(data[key])])),
          shown: true,
        })
      }
    }
  }
  take(table.tBodies)
  // ACME-12 finds ACME-0012 too.
  const textOf = row =>
    (row.text ??= plain(`${row.id} ${row.id.replace(/-0+/, "-")} ${row.line.textContent}`))

  const timeline = document.getElementById("by-month")
  let keptRows = document.querySelector("#table > noscript")
  let keptMonths = timeline.querySelector(":scope > noscript")
  const parsed = kept => {
    const part = document.createElement("template")
    part.innerHTML = kept.textContent
    kept.remove()
    return part.content
  }
  const completeRows = () => {
    if (!keptRows) return
    take(parsed(keptRows).querySelectorAll("tbody"))
    keptRows = null
    for (const body of groups.values()) if (!body.isConnected) table.append(body)
  }
  const completeMonths = () => {
    if (!keptMonths) return
    const kept = keptMonths
    keptMonths = null
    timeline.append(parsed(kept))
  }

  // --- What the reader asks for, as it stands in the address

  const first = {key: "asked", down: true}
  const nothing = () => ({
    find: "",
    chosen: new Map(facets.map(({key}) => [key, new Set()])),
    period: new Map(periods.flatMap(key => [[`${key}-from`, ""], [`${key}-to`, ""]])),
    sort: first,
    view: "table",
  })
  const total = Number(source.dataset.count)
  const step = Number(source.dataset.step)
  let room = step // how many changes the list shows
  let asked = nothing()
  let unknown = []

  const isDay = text => {
    const day = new Date(`${text}T00:00Z`)
    return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(`${text}T`)
  }
  // What the address leads to; `:target` is not known yet while the page loads.
  const target = () => {
    try {
      const id = decodeURIComponent(location.hash.slice(1))
      const holds = kept => id && kept?.textContent.includes(`id="${id}"`)
      if (holds(keptRows)) completeRows()
      if (holds(keptMonths)) completeMonths()
      return document.getElementById(id)
    } catch {
      return null // not an address that this site made
    }
  }
  const read = () => {
    const address = new URLSearchParams(location.search)
    asked = nothing()
    unknown = []
    const strange = (key, value) => unknown.push(`${key}=${value}`)
    asked.find = address.get("find") || ""
    for (const {key, choices} of facets)
      for (const value of address.getAll(key))
        if (choices.some(choice => choice.value === value)) asked.chosen.get(key).add(value)
        else strange(key, value)
    for (const key of asked.period.keys())
      for (const value of address.getAll(key).slice(0, 1))
        if (isDay(value)) asked.period.set(key, value)
        else strange(key, value)
    if (address.has("sort")) {
      const [, minus, key] = /^(-?)(.*)$/s.exec(address.get("sort"))
      if (columns.some(column => column.key === key)) asked.sort = {key, down: minus === "-"}
      else strange("sort", address.get("sort"))
    }
    if (address.has("view")) {
      if (["months", "table"].includes(address.get("view"))) asked.view = address.get("view")
      else strange("view", address.get("view"))
    }
    const at = target()
    if (timeline.contains(at)) asked.view = "months"
    if (table.contains(at)) room = Math.max(room, rows.findLastIndex(row => groups.get(row.month) === at) + 1)
  }
  const write = put => {
    const address = new URLSearchParams(location.search)
    const own = ["find", "sort", "view", ...facets.map(({key}) => key), ...asked.period.keys()]
    for (const key of own) address.delete(key)
    if (asked.find) address.set("find", asked.find)
    for (const [key, values] of asked.chosen)
      for (const value of values) address.append(key, value)
    for (const [key, day] of asked.period) if (day) address.set(key, day)
    const {key, down} = asked.sort
    if (key !== first.key || down !== first.down) address.set("sort", (down ? "-" : "") + key)
    if (asked.view !== "table") address.set("view", asked.view)
    const text = address.toString()
    history[put](null, "", location.pathname + (text && `?${text}`))
  }

  // --- Filtering

  const fits = (row, key) => {
    const values = asked.chosen.get(key)
    return !values.size || row.values[key].some(value => values.has(value))
  }
  const within = (row, key) => {
    const [from, to] = [asked.period.get(`${key}-from`), asked.period.get(`${key}-to`)]
    const day = row.data[key]
    return (!from && !to) || Boolean(day && day >= from && (!to || day <= to))
  }
  // How many rows each choice would show, with all other filters as they are.
  const filter = () => {
    const counts = new Map(facets.map(({key}) => [key, new Map()]))
    const sought = split(plain(asked.find).trim().replace(/\s+/g, " "))
    for (const row of rows) {
      const misses = facets.filter(({key}) => !fits(row, key)).map(({key}) => key)
      const rest = sought.every(word => textOf(row).includes(word)) &&
        periods.every(key => within(row, key))
      row.shown = rest && !misses.length
      if (!rest || misses.length > 1) continue
      for (const {key} of facets)
        if (!misses.length || misses[0] === key)
          for (const value of row.values[key])
            counts.get(key).set(value, (counts.get(key).get(value) || 0) + 1)
    }
    return counts
  }

  // --- Sorting

  const collator = new Intl.Collator(source.dataset.language, {numeric: true})
  const places = new Map(
    facets.map(({key, choices}) => [key, new Map(choices.map(({value}, n) => [value, n]))]),
  )
  const grade = new Set(["priority", "risk"]) // their choices begin with the highest
  const rank = (row, key) => {
    if (key === "title") return row.line.cells[1].querySelector("a").textContent
    if (key === "id") return row.id
    const value = row.data[key]
    if (value === undefined) return undefined
    if (places.has(key)) return places.get(key).get(value) * (grade.has(key) ? -1 : 1)
    return periods.includes(key) ? value : Number(value)
  }
  const isFirst = () => asked.sort.key === first.key && asked.sort.down === first.down
  const sorted = () => {
    const {key, down} = asked.sort
    if (isFirst()) return rows
    const ranked = rows.map(row => ({row, rank: rank(row, key)}))
    ranked.sort((a, b) => {
      if (a.rank === undefined || b.rank === undefined)
        return (a.rank === undefined) - (b.rank === undefined) // last, whichever way it is sorted
      const order =
        typeof a.rank === "string" ? collator.compare(a.rank, b.rank) : a.rank - b.rank
      return down ? -order : order
    })
    return ranked.map(({row}) => row)
  }

  // --- The list: as many of the changes that are shown as there is room for

  const flat = make("tbody", {role: "rowgroup"})
  const lay = () => {
    const listed = sorted().filter(row => row.shown)
    const page = listed.slice(0, room)
    const of = new Map()
    if (isFirst()) {
      flat.remove()
      for (const {month, line} of page) of.set(month, [...(of.get(month) ?? []), line])
    } else {
      flat.replaceChildren(...page.map(({line}) => line))
      table.append(flat)
    }
    for (const [month, body] of groups) {
      const lines = of.get(month) ?? []
      const [head, ...before] = body.rows
      body.hidden = !lines.length
      if (lines.length !== before.length || lines.some((line, n) => line !== before[n]))
        body.replaceChildren(head, ...lines)
    }
    const left = (keptRows ? total : listed.length) - page.length
    more.hidden = !left
    more.textContent = say("more", {left: whole.format(left)})
  }

  // --- Sums

  const decimals = Number(source.dataset.decimals)
  const whole = new Intl.NumberFormat(source.dataset.language)
  const format = new Intl.NumberFormat(source.dataset.language, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  const money = units => {
    const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0")
    const cut = digits.length - decimals
    const number = digits.slice(0, cut) + (decimals ? `.${digits.slice(cut)}` : "")
    const form = units > 0n ? "plus" : units < 0n ? "minus" : "nil"
    return source.dataset[form].replace("{number}", format.format(number))
  }
  const add = () => {
    if (keptRows) return // what the page says is the sum of all
    for (const line of split(source.dataset.sums)) {
      const units = rows
        .filter(row => row.shown && row.data.line === line)
        .reduce((sum, row) => sum + BigInt(row.data.counts), 0n)
      document.getElementById(`history-${line}`).textContent = money(units)
    }
  }

  // --- The form

  const form = make("form", {class: "cb-filter__form", id: "history-form"})
  const find = make("input", {type: "search", id: "history-find", placeholder: say("find")})
  const open = make(
    "button",
    {type: "button", class: "cb-filter__open", "aria-expanded": "false", "aria-controls": form.id},
    say("filters"),
  )
  const more = make("button", {type: "button", class: "cb-button cb-button--second", id: "history-more"})
  const clear = make("button", {type: "button", class: "cb-filter__clear"}, say("clear"))
  const done = make("button", {type: "button", class: "cb-filter__done"})
  const strange = make("p", {class: "cb-note cb-filter__unknown", role: "alert"})
  const boxes = new Map()
  const panels = []

  const panel = (key, name, ...content) => {
    const chosen = make("span", {class: "cb-facet__chosen"})
    const button = make(
      "button",
      {type: "button", "aria-expanded": "false", "aria-controls": `history-${key}-panel`},
      make("span", {}, name),
      chosen,
    )
    const box = make(
      "div",
      {class: "cb-facet__panel", id: `history-${key}-panel`, role: "group", "aria-label": name},
      ...content,
    )
    box.hidden = true
    const whole = make("div", {class: "cb-facet"}, button, box)
    const entry = {key, button, box, whole, chosen}
    button.addEventListener("click", () => {
      if (keptRows) completed() // it counts them
      toggle(entry, box.hidden)
    })
    panels.push(entry)
    form.append(whole)
  }
  const toggle = ({button, box}, wanted) => {
    for (const other of panels) {
      const shown = other.box === box && wanted
      other.box.hidden = !shown
      other.button.setAttribute("aria-expanded", String(shown))
    }
    if (!wanted) button.focus()
  }
  const close = entry => {
    entry.box.hidden = true
    entry.button.setAttribute("aria-expanded", "false")
  }
  const build = () => {
    form.append(
      make("label", {class: "cb-unseen", for: find.id}, say("find")),
      find,
    )
    for (const {key, name, choices} of facets) {
      // What no change of this client has is no choice, unless an address asks for it.
      const labels = choices.map(({value, name: text, had}) => {
        const box = make("input", {type: "checkbox", value})
        const count = make("span", {class: "cb-facet__count"})
        const label = make("label", {}, box, make("span", {}, text), count)
        boxes.set(`${key} ${value}`, {box, count, label, had, text})
        box.addEventListener("change", () => {
          asked.chosen.get(key)[box.checked ? "add" : "delete"](value)
          change()
        })
        return label
      })
      if (choices.some(({had}) => had)) panel(key, name, ...labels)
    }
    for (const key of periods)
      panel(
        key,
        say(key),
        ...["from", "to"].map(end => {
          const day = make("input", {type: "date", name: `${key}-${end}`})
          day.addEventListener("change", () => {
            asked.period.set(day.name, day.value)
            change()
          })
          return make("label", {}, make("span", {}, say(end)), day)
        }),
      )
    const order = make("select", {id: "history-sort"})
    for (const {key, name} of columns)
      for (const [way, sign] of [["up", ""], ["down", "-"]])
        order.add(new Option(say(way, {column: name}), sign + key))
    order.addEventListener("change", () => {
      asked.sort = {key: order.value.replace("-", ""), down: order.value.startsWith("-")}
      change()
    })
    form.append(
      make("p", {class: "cb-filter__sort"}, make("label", {for: order.id}, say("sort")), order),
      clear,
      done,
    )
    for (const {cell, key, name} of columns) {
      const button = make("button", {type: "button"}, name)
      button.addEventListener("click", () => {
        const same = asked.sort.key === key
        const high = grade.has(key) || ["asked", "decided", "amount", "days"].includes(key)
        asked.sort = {key, down: same ? !asked.sort.down : high}
        change()
      })
      cell.replaceChildren(button)
    }
    document.getElementById("history-tools").append(open, form, strange)
    more.addEventListener("click", () => {
      room += step
      completed()
    })
    table.after(more)

    // On a phone the form lies over the page, which waits below it.
    const cover = shown => {
      form.classList.toggle("cb-filter__form--open", shown)
      open.setAttribute("aria-expanded", String(shown))
      if (shown) done.focus({preventScroll: true})
      else open.focus()
    }
    open.addEventListener("click", () => cover(!form.classList.contains("cb-filter__form--open")))
    done.addEventListener("click", () => cover(false))
    clear.addEventListener("click", () => {
      const {sort, view} = asked
      asked = {...nothing(), sort, view}
      unknown = []
      change()
      find.focus()
    })
    form.addEventListener("submit", event => event.preventDefault())
    find.addEventListener("input", () => {
      asked.find = find.value
      change("replaceState")
    })
    form.addEventListener("keydown", event => {
      const entry = panels.find(({whole, box}) => !box.hidden && whole.contains(event.target))
      if (event.key === "Escape" && entry) toggle(entry, false)
      else if (event.key === "Escape") done.click()
    })
    document.addEventListener("click", event => {
      for (const entry of panels) if (!entry.whole.contains(event.target)) close(entry)
    })
    form.addEventListener("focusout", event => {
      for (const entry of panels)
        if (event.relatedTarget && !entry.whole.contains(event.relatedTarget)) close(entry)
    })
  }

  // --- Showing it

  const views = [...document.querySelectorAll(".cb-switch a[href^='#']")]
  const showForm = counts => {
    if (find.value !== asked.find) find.value = asked.find
    for (const {key, choices} of facets)
      for (const {value} of choices) {
        const {box, count, label, had} = boxes.get(`${key} ${value}`)
        box.checked = asked.chosen.get(key).has(value)
        count.textContent = counts.get(key).get(value) || 0
        label.hidden = !had && !box.checked
      }
    for (const {key, chosen, whole} of panels) {
      const texts = asked.chosen.has(key)
        ? [...asked.chosen.get(key)].map(value => boxes.get(`${key} ${value}`).text)
        : [asked.period.get(`${key}-from`), asked.period.get(`${key}-to`)]
      const set = texts.filter(Boolean)
      chosen.textContent = asked.chosen.has(key) ? set.join(", ") : set.length ? texts.join("–") : ""
      whole.classList.toggle("cb-facet--set", set.length > 0)
    }
    for (const day of form.querySelectorAll("input[type=date]"))
      day.value = asked.period.get(day.name)
    const {key: sorted, down} = asked.sort
    document.getElementById("history-sort").value = (down ? "-" : "") + sorted
    for (const {cell, key} of columns)
      if (key === sorted) cell.setAttribute("aria-sort", down ? "descending" : "ascending")
      else cell.removeAttribute("aria-sort")
    clear.hidden = !form.querySelector(".cb-facet--set") && !asked.find
    strange.textContent = unknown.length ? say("unknown", {what: unknown.join(", ")}) : ""
    strange.hidden = !unknown.length
  }
  const show = () => {
    const isAll = isFirst() && !asked.find && [...asked.chosen.values()].every(set => !set.size) &&
      [...asked.period.values()].every(day => !day)
    if (!isAll || room > step) completeRows()
    if (asked.view === "months") completeMonths()
    const counts = filter()
    lay()
    const shown = new Set(rows.filter(row => row.shown).map(({id}) => id))
    const count = keptRows ? total : shown.size
    add()
    document.getElementById("history-count").textContent = count
      ? say("shown", {shown: whole.format(count)})
      : say("none")
    done.textContent = count === 1 ? say("one") : say("many", {shown: count})
    const listed = asked.view === "table"
    document.getElementById("table").hidden = !listed
    timeline.hidden = listed
    if (!listed) {
      for (const entry of timeline.querySelectorAll("li[data-id]"))
        entry.hidden = !isAll && !shown.has(entry.dataset.id)
      for (const list of timeline.querySelectorAll(".cb-happened ul")) {
        const left = [...list.children].filter(step => !step.hidden).length
        list.previousElementSibling.hidden = !left
        list.previousElementSibling.querySelector(".cb-tally__count").textContent = left
      }
      for (const month of timeline.querySelectorAll(".cb-happened")) month.hidden = !month.querySelector("li:not([hidden])")
    }
    for (const link of views)
      if ((link.hash === "#table") === listed) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    showForm(counts)
  }
  const completed = () => {
    completeRows()
    show()
  }
  const change = (put = "pushState") => {
    room = step
    write(put)
    show()
  }
  const arrive = () => {
    room = step
    read()
    show()
    // Where an address leads has moved, as one of the two views is gone.
    target()?.scrollIntoView()
  }

  build()
  arrive()
  for (const link of views)
    link.addEventListener("click", event => {
      event.preventDefault()
      asked.view = link.hash === "#table" ? "table" : "months"
      change()
    })
  addEventListener("popstate", arrive)
  // Paper has the whole list.
  addEventListener("beforeprint", () => {
    room = Infinity
    completed()
  })
  addEventListener("afterprint", () => {
    room = step
    show()
  })
})()
