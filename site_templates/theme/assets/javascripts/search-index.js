// The search index of this edition, loaded when it is first needed, and its results as they are shown.
import {excerpt, nodes, plain, spelt} from "./search-text.js"

const box = document.getElementById("search")
const CHANGES = {not: {kind: "page"}}
let loading

export const load = () => (loading ??= begin())

const begin = async () => {
  const pagefind = await import(new URL(`${box.dataset.bundle}/pagefind.js`, document.baseURI).href)
  await pagefind.options({ranking: {metaWeights: {title: 8, status: 0, label: 0, day: 0, money: 0}}})
  // Pagefind would cut queries on Chinese pages into the words of the browser's dictionary. It looks
  // at the page's language now, and never again; the index has the words of search-text.js.
  const root = document.documentElement
  const language = root.lang
  root.lang = "en"
  const ready = pagefind.init()
  root.lang = language
  await ready
  return pagefind
}

// The changes that have every word of the query; where there is none, those with most of its words
// (`partly`). Without a query, all changes. `filters` are values by facet: one of each facet's.
export const find = async (query, filters = {}, sort = {}) => {
  const pagefind = await load()
  const options = {filters: {...asked(filters), ...CHANGES}, sort}
  if (!query.trim()) return pagefind.search(null, options)
  const ways = spelt(query, box.dataset.prefix)
  for (const way of ways) {
    const found = await pagefind.search(way, options)
    if (found.results.length || found.unfilteredResultCount) return found
  }
  return partly(pagefind, ways.at(-1) ?? "", options)
}

const asked = filters =>
  Object.fromEntries(Object.entries(filters).map(([key, values]) => [key, {any: values}]))

const partly = async (pagefind, way, options) => {
  const words = [...new Set(way.replaceAll('"', "").split(" ").filter(Boolean))]
  const scores = new Map()
  const each = words.length > 1 ? words : []
  const searches = await Promise.all(each.map(word => pagefind.search(word, options)))
  for (const {results} of searches)
    for (const result of results) {
      const before = scores.get(result.id)
      scores.set(result.id, before ? {...before, score: before.score + result.score} : result)
    }
  const results = [...scores.values()].sort((a, b) => b.score - a.score)
  return {results, filters: {}, partly: results.length > 0}
}

// The other pages that say it, such as the glossary.
export const alsoOn = async query => {
  const pagefind = await load()
  const [way] = spelt(query, box.dataset.prefix).slice(-1)
  if (!way) return []
  const {results} = await pagefind.search(way, {filters: {kind: "page"}})
  return Promise.all(results.slice(0, 3).map(result => result.data()))
}

const unescaped = text => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">")

const element = (name, className, ...children) => {
  const made = document.createElement(name)
  if (className) made.className = className
  made.append(...children)
  return made
}

// What a result shows: its title, its facts (status, date, money), and the sentence that matches.
export const parts = data => {
  const {status, label, day, money, internal} = data.meta
  const facts = element("p", "cb-found__facts")
  facts.append(element("span", `cb-chip cb-chip--${status}`, label ?? ""))
  if (internal) facts.append(" ", element("span", "cb-chip cb-chip--internal", internal))
  if (day) facts.append(" ", element("span", "", day))
  if (money) facts.append(" ", element("span", "cb-money", money))
  const [id, ...title] = plain(data.meta.title).split(" ")
  return {
    title: [element("span", "cb-id", id), ` ${title.join(" ")}`],
    facts,
    sentence: element(
      "p",
      "cb-found__sentence",
      ...nodes(excerpt(unescaped(data.raw_content), data.weighted_locations)),
    ),
  }
}

export const pageLink = data => {
  const link = element("a", "", plain(data.meta.title))
  link.href = data.url
  return link
}

export {element}
