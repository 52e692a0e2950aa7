// Filters and sorts the list of changes, adds up the money of those that are shown, and shows the
// list or the months. All of it stands in the address. Every word comes from the page, and so does
// every figure but the sums of what is shown, which are exact: whole numbers of the smallest unit.
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
    choices: [...list.children].map(one => ({value: one.dataset.value, name: one.textContent})),
  }))
  const periods = ["asked", "decided"]
  const columns = [...table.tHead.rows[0].cells].map(cell => ({
    cell,
    key: cell.dataset.sort,
    name: cell.textContent,
  }))
  const groups = [...table.tBodies]
  const rows = groups.flatMap(body =>
    [...body.rows].slice(1).map(line => {
      const data = line.dataset
      return {
        line,
        body,
        id: data.id,
        data,
        values: Object.fromEntries(facets.map(({key}) => [key, split(data[key])])),
        // ACME-12 finds ACME-0012 too.
        text: plain(`${data.id} ${data.id.replace(/-0+/, "-")} ${line.textContent}`),
        shown: true,
      }
    }),
  )
  const timeline = document.getElementById("by-month")
  const steps = [...timeline.querySelectorAll("li[data-id]")]
  const months = [...timeline.querySelectorAll(".cb-happened")]

  // --- What the reader asks for, as it stands in the address

  const first = {key: "asked", down: true}
  const nothing = () => ({
    find: "",
    chosen: new Map(facets.map(({key}) => [key, new Set()])),
    period: new Map(periods.flatMap(key => [[`${key}-from`, ""], [`${key}-to`, ""]])),
    sort: first,
    view: "table",
  })
  let asked = nothing()
  let unknown = []

  const isDay = text => {
    const day = new Date(`${text}T00:00Z`)
    return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(`${text}T`)
  }
  // What the address leads to; `:target` is not known yet while the page loads.
  const target = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)))
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
    if (timeline.contains(target())) asked.view = "months"
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
      const rest = sought.every(word => row.text.includes(word)) &&
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
  const flat = make("tbody", {role: "rowgroup"})
  const sort = () => {
    const {key, down} = asked.sort
    if (key === first.key && down === first.down) {
      if (flat.isConnected) for (const {line, body} of rows) body.append(line)
      flat.remove()
      return
    }
    const ranked = rows.map(row => ({row, rank: rank(row, key)}))
    ranked.sort((a, b) => {
      if (a.rank === undefined || b.rank === undefined)
        return (a.rank === undefined) - (b.rank === undefined) // last, whichever way it is sorted
      const order =
        typeof a.rank === "string" ? collator.compare(a.rank, b.rank) : a.rank - b.rank
      return down ? -order : order
    })
    flat.replaceChildren(...ranked.map(({row}) => row.line))
    table.append(flat)
  }

  // --- Sums

  const decimals = Number(source.dataset.decimals)
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
    button.addEventListener("click", () => toggle(entry, box.hidden))
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
      const had = new Set(rows.flatMap(row => row.values[key]))
      const labels = choices.map(({value, name: text}) => {
        const box = make("input", {type: "checkbox", value})
        const count = make("span", {class: "cb-facet__count"})
        const label = make("label", {}, box, make("span", {}, text), count)
        boxes.set(`${key} ${value}`, {box, count, label, had: had.has(value), text})
        box.addEventListener("change", () => {
          asked.chosen.get(key)[box.checked ? "add" : "delete"](value)
          change()
        })
        return label
      })
      if (had.size) panel(key, name, ...labels)
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

    // On a phone the form lies over the page, which waits below it.
    const lay = shown => {
      form.classList.toggle("cb-filter__form--open", shown)
      open.setAttribute("aria-expanded", String(shown))
      if (shown) done.focus({preventScroll: true})
      else open.focus()
    }
    open.addEventListener("click", () => lay(!form.classList.contains("cb-filter__form--open")))
    done.addEventListener("click", () => lay(false))
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
    const counts = filter()
    sort()
    const shown = new Set()
    for (const {line, id, shown: visible} of rows) {
      if (line.hidden === visible) line.hidden = !visible
      if (visible) shown.add(id)
    }
    const filled = new Set(rows.filter(row => row.shown).map(row => row.body))
    for (const body of groups) body.hidden = flat.isConnected || !filled.has(body)
    add()
    document.getElementById("history-count").textContent = shown.size
      ? say("shown", {shown: new Intl.NumberFormat(source.dataset.language).format(shown.size)})
      : say("none")
    done.textContent = shown.size === 1 ? say("one") : say("many", {shown: shown.size})
    const listed = asked.view === "table"
    document.getElementById("table").hidden = !listed
    timeline.hidden = listed
    if (!listed) {
      for (const step of steps) step.hidden = !shown.has(step.dataset.id)
      for (const list of timeline.querySelectorAll(".cb-happened ul")) {
        const left = [...list.children].filter(step => !step.hidden).length
        list.previousElementSibling.hidden = !left
        list.previousElementSibling.querySelector(".cb-tally__count").textContent = left
      }
      for (const month of months) month.hidden = !month.querySelector("li:not([hidden])")
    }
    for (const link of views)
      if ((link.hash === "#table") === listed) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    showForm(counts)
  }
  const change = (put = "pushState") => {
    write(put)
    show()
  }
  const arrive = () => {
    read()
    show()
  }

  build()
  arrive()
  for (const link of views)
    link.addEventListener("click", event => {
      event.preventDefault()
      asked.view = link.hash === "#table" ? "table" : "months"
      change()
    })
  // Where an address leads has moved, as one of the two views is gone.
  target()?.scrollIntoView()
  addEventListener("popstate", arrive)
})()
