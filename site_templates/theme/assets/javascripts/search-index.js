// The search index of this edition, loaded when it is first needed, and its results as they are shown.
import {excerpt, nodes, plain, spelt} from "./search-text.js"

const box = document.getElementById("search")
const CHANGES = {not: {kind: "page"}}
let loading

export const load = () => (loading ??= begin())

const begin = async () => {
  const pagefind = await import(new URL(`${box.dataset.bundle}/pagefind.js`, document.baseURI).href)
  await pagefind.options({baseUrl: "/", ranking: {metaWeights: {title: 8, status: 0, label: 0, day: 0, money: 0}}})
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

// The changes that have every word of the query; where there is none, those with enough of its
// words (`partly`). Without a query, all changes. `filters` are values by facet: a change has one
// of each facet's.
export const find = async (query, filters = {}, sort = {}) => {
  const pagefind = await load()
  const asked = Object.entries(filters).map(([key, values]) => [key, {any: values}])
  const options = {filters: {...Object.fromEntries(asked), ...CHANGES}, sort}
  const ways = spelt(query, box.dataset.prefix)
  if (!ways.length) return query.trim() ? NOTHING : pagefind.search(null, options)
  let each
  for (const way of ways) {
    if (QUOTED.test(way)) return phrase(pagefind, way, options)
    each = await Promise.all(wordsOf(way).map(word => one(pagefind, word, options)))
    if (each.every(({known, near}) => known && !near)) {
      const found = each.length === 1 ? each[0].found : await pagefind.search(way, options)
      if (found.results.length) return found
      // Some change has them all, but not with these filters.
      const all = asked.length && (await pagefind.search(way, {filters: CHANGES}))
      if (all && all.results.length) return found
    }
  }
  const most = partly(each)
  return most.partly ? most : partly(each, SOME)
}

const NOTHING = {results: [], filters: {}}
const QUOTED = /^".+"$/
const wordsOf = way => [...new Set(way.replaceAll('"', " ").split(" ").filter(Boolean))]

// One word. Pagefind leaves out of a query what no page has, and takes the longest beginning of a
// word that some page has (`a` for `apple`): neither is the word that was asked for.
const one = async (pagefind, word, options) => {
  const found = await pagefind.search(word, options)
  const exact = found.unfilteredResultCount ? await pagefind.search(`"${word}"`) : found
  if (exact.results.length) return {found, known: true}
  const wanted = fold(word)
  if (found.unfilteredResultCount) {
    if (!found.results.length) return {found, known: true}
    const parts = await matched(found)
    const begins = part =>
      part.startsWith(wanted) || (part.length > 3 && 2 * part.length >= wanted.length && wanted.startsWith(part))
    if (!parts.length || parts.some(begins)) return {found, known: true}
  }
  const near = await meant(pagefind, wanted)
  return near
    ? {found: await pagefind.search(near, options), known: true, near: true}
    : {found, known: false}
}

const LONG_ENOUGH = 6
const BEGINNINGS = [4, 3, 2]

// A slip of the finger: what was meant begins in the same way, with a letter or two put wrong.
const meant = async (pagefind, wanted) => {
  if (wanted.length < LONG_ENOUGH || !/^\p{L}+$/u.test(wanted)) return null
  const most = wanted.length < 8 ? 1 : 2
  for (const length of BEGINNINGS) {
    const parts = new Set(await matched(await pagefind.search(wanted.slice(0, length)), 12))
    const near = [...parts]
      .map(part => ({part, far: slips(wanted, part)}))
      .filter(({far}) => far <= most)
      .sort((one, two) => one.far - two.far)
    if (near.length) return near[0].part
  }
  return null
}

// The words that the best results were found by.
const matched = async ({results}, count = 5) => {
  const best = await Promise.all(results.slice(0, count).map(result => result.data()))
  return best.flatMap(({raw_content: content, weighted_locations: places}) => {
    const words = content.split(/\s+/)
    return places.flatMap(({location}) => fold(words[location] ?? "").split(NO_WORD).filter(Boolean))
  })
}

// How many letters two words differ by: left out, put in, taken for another, or two of them swapped.
const slips = (one, two) => {
  const letters = [...one]
  const others = [...two]
  let before
  let row = [0, ...others].map((_, n) => n)
  letters.forEach((letter, n) => {
    const next = [n + 1]
    others.forEach((other, m) => {
      const swapped = n && m && letter === others[m - 1] && letters[n - 1] === other
      next.push(
        Math.min(
          row[m + 1] + 1,
          next[m] + 1,
          row[m] + (letter === other ? 0 : 1),
          swapped ? before[m - 1] + 1 : Infinity,
        ),
      )
    })
    before = row
    row = next
  })
  return row.at(-1)
}

const NO_WORD = /[^\p{L}\p{N}]+/u
const fold = word => word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

// Pagefind does not rank those that have a phrase.
const phrase = async (pagefind, way, options) => {
  const exact = await pagefind.search(way, options)
  const has = new Set(exact.results.map(result => result.id))
  const {results} = await pagefind.search(way.replaceAll('"', ""), options)
  return {...exact, results: results.filter(result => has.has(result.id))}
}

// An unknown Chinese word of two characters takes three of the five pairs of a query with another.
const ENOUGH = 0.4
// Where nothing has so much of it, and of another page, which is only named, less will do: one of the
// three pairs of two Chinese words.
const SOME = 0.3

const partly = (each, enough = ENOUGH) => {
  const sums = new Map()
  for (const {found, known} of each)
    for (const result of known ? found.results : []) {
      const before = sums.get(result.id) ?? {result, count: 0, score: 0}
      sums.set(result.id, {...before, count: before.count + 1, score: before.score + result.score})
    }
  const results = [...sums.values()]
    .filter(({count}) => count >= enough * each.length)
    .sort((a, b) => b.count - a.count || b.score - a.score)
    .map(({result}) => result)
  return {results, filters: {}, partly: results.length > 0}
}

// The other pages that say it, such as the glossary.
export const alsoOn = async query => {
  const pagefind = await load()
  const [way] = spelt(query, box.dataset.prefix).slice(-1)
  if (!way) return []
  const options = {filters: {kind: "page"}}
  const each = await Promise.all(wordsOf(way).map(word => one(pagefind, word, options)))
  const whole = each.every(({known, near}) => known && !near) && (await pagefind.search(way, options))
  const {results} = whole && whole.results.length ? whole : partly(each, SOME)
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

// Pagefind knows where a page lies on the site, but from a disk not where the site lies.
export const addressOf = ({url}) =>
  new URL(`${box.dataset.bundle}/..${url}`, document.baseURI).href

export const pageLink = data => {
  const link = element("a", "", plain(data.meta.title))
  link.href = addressOf(data)
  return link
}

export {element}
