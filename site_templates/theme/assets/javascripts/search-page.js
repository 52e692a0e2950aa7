// The search page: words, facets and sorting, all of which stand in the address.
import {addressOf, alsoOn, element, find, load, pageLink, parts} from "./search-index.js"

const page = document.getElementById("find")
const words = page.dataset
const facetList = document.getElementById("find-facets")
const count = document.getElementById("find-count")
const list = document.getElementById("find-results")
const also = document.getElementById("find-also")
const instead = document.getElementById("find-instead")
const SORTS = {newest: {day: "desc"}, oldest: {day: "asc"}, most: {most: "desc"}, least: {least: "asc"}}
const STEP = 20
const FEW = 8
const title = document.title
const number = new Intl.NumberFormat(document.documentElement.lang)

// --- The fields, made from the lists of the page

const form = element("form", "cb-find__form")
const field = element("input")
Object.assign(field, {type: "search", name: "q", placeholder: words.words, autocomplete: "off"})
field.spellcheck = false
field.enterKeyHint = "search"
field.setAttribute("aria-label", words.words)

const sorts = document.getElementById("find-sorts")
const sorting = element("select")
sorting.name = "sort"
for (const {dataset, textContent} of sorts.children) sorting.add(new Option(textContent, dataset.value))
const label = element("label", "", `${sorts.dataset.name} `, sorting)

const button = (className, text) => {
  const made = element("button", className, text)
  made.type = "button"
  made.hidden = true
  return made
}
const clear = button("cb-find__clear", words.clear)
const more = button("cb-button cb-button--second", words.more)

const boxes = []
for (const values of [...facetList.querySelectorAll("ul")]) {
  for (const row of values.children) {
    const box = element("input")
    Object.assign(box, {type: "checkbox", name: values.dataset.facet, value: row.dataset.value})
    boxes.push(box)
    const name = element("span", "", row.textContent)
    row.replaceChildren(element("label", "", box, name, element("span", "cb-find__count cb-num")))
  }
  const group = element("fieldset", "", element("legend", "", values.dataset.name))
  values.replaceWith(group)
  group.append(values)
}
const facets = [...new Set(boxes.map(box => box.name))]

document.getElementById("find-bar").append(label)
sorts.remove()
const best = sorting.options[0].textContent
facetList.querySelector("summary").after(clear)
list.after(more)
page.before(form)
form.append(element("p", "cb-find__words", field), page)

// --- The state is the form; the address says the same.

const chosen = () => {
  const filters = {}
  for (const box of boxes) if (box.checked) (filters[box.name] ??= []).push(box.value)
  return filters
}

const toAddress = () => {
  const address = new URLSearchParams()
  if (field.value.trim()) address.set("q", field.value.trim())
  for (const box of boxes) if (box.checked) address.append(box.name, box.value)
  if (sorting.value) address.set("sort", sorting.value)
  const query = address.toString()
  return query ? `?${query}` : location.pathname
}

const fromAddress = () => {
  const address = new URLSearchParams(location.search)
  field.value = address.get("q") ?? ""
  sorting.value = address.get("sort") ?? ""
  if (sorting.selectedIndex < 0) sorting.value = ""
  for (const box of boxes) box.checked = address.getAll(box.name).includes(box.value)
}

// --- Results

let loaded
let results = []
let latest = 0

const item = data => {
  const {title: heading, facts, sentence} = parts(data)
  const link = element("a", "", ...heading)
  link.href = addressOf(data)
  return element("li", "cb-found", element("h2", "", link), facts, sentence)
}

const showMore = async () => {
  const mine = latest
  const from = list.childElementCount
  const shown = await Promise.all(results.slice(from, from + STEP).map(result => result.data()))
  if (mine !== latest) return
  list.append(...shown.map(item))
  more.hidden = list.childElementCount >= results.length
  return list.children[from]
}

const counted = ({partly}) => {
  const {none, empty, one, other, partly: some} = words
  if (!results.length) return Object.keys(chosen()).length ? empty : none
  if (partly) return some
  return results.length === 1 ? one : other.replace("{count}", number.format(results.length))
}

// How many changes each value would leave: those of its own facet are alternatives, so they count
// without that facet's choice.
const countEach = async (query, filters, found) => {
  const counts = {}
  for (const facet of facets) {
    const {[facet]: own, ...others} = filters
    const of = own ? await find(query, others) : found
    counts[facet] = of.filters?.[facet] ?? {}
  }
  return counts
}

const showCounts = (counts, partly) => {
  for (const box of boxes) {
    const has = counts[box.name][box.value] ?? 0
    const row = box.closest("li")
    row.querySelector(".cb-find__count").textContent = partly ? "" : number.format(has)
    row.classList.toggle("cb-find__none", !has && !box.checked && !partly)
  }
  for (const group of facetList.querySelectorAll("fieldset")) {
    if (!folded) fold(group)
    for (const part of [...group.querySelectorAll("details"), group])
      part.hidden = !part.querySelector("li:not(.cb-find__none)")
  }
  folded = true
  facetList.hidden = !facetList.querySelector("fieldset:not([hidden])")
  const marks = boxes.filter(box => box.checked).length
  document.getElementById("find-chosen").textContent = marks ? `(${number.format(marks)})` : ""
  clear.hidden = !marks
}

// A long facet shows the values that most changes have, and the others when asked. They stay where
// they are from then on, so that nothing moves away under a finger.
let folded = false
const fold = group => {
  const list = group.querySelector("ul")
  const rows = [...list.children]
  if (rows.length <= FEW + 2 || list.dataset.whole) return
  const weight = row => {
    const has = row.querySelector(".cb-find__count").textContent.replace(/\D/g, "")
    return row.querySelector("input").checked ? Infinity : Number(has)
  }
  rows.sort((a, b) => weight(b) - weight(a))
  const rest = element("ul", "", ...rows.slice(FEW))
  list.replaceChildren(...rows.slice(0, FEW))
  list.after(element("details", "", element("summary", "", words.rest), rest))
}

const show = async () => {
  const mine = ++latest
  const query = field.value.trim()
  const filters = chosen()
  // Without words there is no best match: the newest come first.
  sorting.options[0].textContent = query ? best : sorting.options[1].textContent
  sorting.options[1].hidden = !query
  document.title = query ? `${words.title.replace("{words}", query)} - ${title}` : title
  try {
    const sort = SORTS[sorting.value] ?? (query ? {} : SORTS.newest)
    // Pagefind counts only those facets that it has loaded.
    await (loaded ??= load().then(pagefind => pagefind.filters()))
    const found = await find(query, filters, sort)
    const counts = await countEach(query, filters, found)
    const pages = query ? await alsoOn(query) : []
    if (mine !== latest) return
    results = found.results
    list.replaceChildren()
    await showMore()
    if (mine !== latest) return
    showCounts(counts, found.partly)
    also.hidden = !pages.length
    also
      .querySelector("span")
      .replaceChildren(...pages.flatMap((data, n) => (n ? [" · ", pageLink(data)] : [pageLink(data)])))
    instead.hidden = results.length > 0
    count.textContent = counted(found)
  } catch {
    if (mine !== latest) return
    count.textContent = words.trouble
    instead.hidden = false
  }
}

// --- What readers do

let waiting
// A choice is a step that the back button takes back; typing is one step, however many letters.
const changed = ({step}) => {
  const address = toAddress()
  if (step) history.pushState(null, "", address)
  else history.replaceState(null, "", address)
  return show()
}
field.addEventListener("input", () => {
  clearTimeout(waiting)
  waiting = setTimeout(() => changed({step: false}), 150)
})
form.addEventListener("change", event => {
  if (event.target !== field) changed({step: true})
})
form.addEventListener("submit", event => {
  event.preventDefault()
  clearTimeout(waiting)
  changed({step: true})
})
clear.addEventListener("click", () => {
  for (const box of boxes) box.checked = false
  changed({step: true})
  field.focus()
})
more.addEventListener("click", async () => (await showMore())?.querySelector("a").focus())
window.addEventListener("popstate", () => {
  fromAddress()
  show()
})

fromAddress()
// Until it is known what each value would leave.
facetList.hidden = true
facetList.open = window.matchMedia("(min-width: 60em)").matches
document.getElementById("find-without").hidden = true
page.hidden = false
show()
