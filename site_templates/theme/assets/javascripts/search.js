// The search field in the header: Material's field, overlay and shortcuts, with Pagefind behind.
import {addressOf, alsoOn, element, find, load, pageLink, parts} from "./search-index.js"

const box = document.getElementById("search")
const toggle = document.getElementById("__search")
const form = box.querySelector("form")
const field = form.elements.q
const status = box.querySelector("[role=status]")
const list = box.querySelector("ol")
const also = box.querySelector(".cb-found__also")
const all = box.querySelector(".cb-found__all a")
const page = all.getAttribute("href")
const begin = status.textContent
const SHOWN = 8
let latest = 0

const open = wanted => {
  if (toggle.checked !== wanted) toggle.click()
}

const item = data => {
  const {title, facts, sentence} = parts(data)
  const link = element("a", "md-search-result__link")
  link.href = addressOf(data)
  link.append(
    element("article", "md-search-result__article md-typeset", element("h2", "", ...title), facts, sentence),
  )
  return element("li", "md-search-result__item", link)
}

const say = text => {
  if (status.textContent !== text) status.textContent = text
}

const counted = ({results, partly}) => {
  if (!results.length) return status.dataset.none
  if (partly) return status.dataset.partly
  if (results.length === 1) return status.dataset.one
  return status.dataset.other.replace("{count}", results.length.toLocaleString(document.documentElement.lang))
}

const address = query => (query ? `${page}?q=${encodeURIComponent(query)}` : page)

const search = async () => {
  const mine = ++latest
  const query = field.value.trim()
  all.href = address(query)
  if (!query) {
    list.replaceChildren()
    also.hidden = true
    return say(begin)
  }
  if (!list.childElementCount) say(status.dataset.wait)
  try {
    const found = await find(query)
    const shown = await Promise.all(found.results.slice(0, SHOWN).map(result => result.data()))
    const pages = await alsoOn(query)
    if (mine !== latest) return
    list.replaceChildren(...shown.map(item))
    also.hidden = !pages.length
    also.querySelector("span").replaceChildren(
      ...pages.flatMap((data, n) => (n ? [" · ", pageLink(data)] : [pageLink(data)])),
    )
    say(counted(found))
  } catch (error) {
    if (mine !== latest) return
    list.replaceChildren()
    also.hidden = true
    say(status.dataset.trouble)
  }
}

let waiting
field.addEventListener("input", () => {
  clearTimeout(waiting)
  waiting = setTimeout(search, 100)
})
field.addEventListener("focus", () => {
  open(true)
  load().catch(() => say(status.dataset.trouble))
})
form.addEventListener("reset", () => {
  setTimeout(search)
  field.focus()
})
form.addEventListener("submit", event => {
  // Like Material's own search: the best result, if there is one to see. The policy of a page lets
  // no form be sent, so that the way to all results is a link too.
  event.preventDefault()
  const first = list.querySelector("a")
  if (first) first.click()
  else location.assign(address(field.value.trim()))
})
toggle.addEventListener("change", () => (toggle.checked ? field.focus() : field.blur()))

box.addEventListener("focusout", ({relatedTarget}) => {
  if (relatedTarget && !box.contains(relatedTarget)) open(false)
})

const typing = () => {
  const active = document.activeElement
  return active?.isContentEditable || /^(?:input|select|textarea)$/i.test(active?.tagName ?? "")
}

const step = by => {
  const stops = [field, ...list.querySelectorAll("a"), ...also.querySelectorAll("a"), all]
  const here = Math.max(0, stops.indexOf(document.activeElement))
  stops[(here + by + stops.length) % stops.length].focus()
}

window.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (toggle.checked && box.contains(document.activeElement)) {
    if (event.key === "Escape") {
      open(false)
      field.blur()
    } else if (event.key === "ArrowDown") step(1)
    else if (event.key === "ArrowUp") step(-1)
    else return
    event.preventDefault()
  } else if ("fs/".includes(event.key) && event.key.length === 1 && !typing()) {
    event.preventDefault()
    field.focus()
    field.select()
  }
})
