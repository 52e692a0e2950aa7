// How text is spelt for Pagefind, as changebook/search/spelling.py explains: `spelt` spells a query
// as the index is spelt, `plain` takes the spelling back where a text is shown.
const BEGIN = "\ua78f"
const END = "\ua78e"
const JOIN = "\u2060" // before a space that the text does not have
const CJK = "\\u3005\\u3041-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}"
const STOPS = "\\u2014\\u2018\\u2019\\u201c\\u201d\\u2026\\u3000-\\u3004\\u3006-\\u303f\\uff01-\\uff65"
const RUN = new RegExp(`[${CJK}]+`, "gu")
const PAIR = new RegExp(`^(.*?[${CJK}])[${CJK}]$`, "u")
const KEY = new RegExp(`^${BEGIN}[^${END}]*${END}`, "u")
const END_OF_CELL = new RegExp(`(?<=${END})\\.$`, "u")
const ONLY_KEYS = new RegExp(`^(?:${BEGIN}[^${END}]*${END} ?)+$`, "u")
const CLOSED = new RegExp(`[${STOPS}]$`, "u")
const MONEY = "[$£¥€]|元|RMB|CNY"
const NUMBER =
  "(?<![A-Za-z0-9_.,])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\\.[0-9]+)?(?![.,]*[A-Za-z0-9_])(?:\\s?万)?"
const AMOUNT = new RegExp(
  `[+\u2212-]?(?<before>(?:${MONEY})\\s?)?(?<amount>${NUMBER})(?<after>\\s?(?:${MONEY}))?`,
  "giu",
)
const YEAR = /^(?:19|20)[0-9]{2}$/

// The amount without separators, and without zeros at the end of its decimals.
const canonical = amount => {
  const [whole, part = ""] = amount.replace(/[,\s万]/g, "").split(".")
  const shift = amount.endsWith("万") ? 4 : 0
  const digits = whole + part.slice(0, shift).padEnd(shift, "0")
  const rest = part.slice(shift).replace(/0+$/, "")
  return digits.replace(/^0+(?=.)/, "") + (rest && `p${rest}`)
}

const keyed = (query, prefix) =>
  query
    .replace(
      new RegExp(`(?<![a-z0-9])${prefix}[-_\\s]*0*([0-9]+)(?![0-9a-z.,])`, "gi"),
      (_, number) => ` ${BEGIN}${prefix.toLowerCase()}${number}${END} `,
    )
    .replace(AMOUNT, (whole, ...parts) => {
      const {before, amount, after} = parts.at(-1)
      const bare = /^[0-9]+$/.test(amount) && !before && !after
      if (bare && (amount.length < 4 || YEAR.test(amount))) return whole
      return ` ${BEGIN}${canonical(amount)}${END} `
    })

const paired = query =>
  query
    .replace(RUN, run => {
      const one = [...run]
      const pairs = one.slice(1).map((two, n) => one[n] + two)
      return ` ${(pairs.length ? pairs : one).join(" ")} `
    })
    .replace(/\s+/g, " ")
    .trim()

// The ways to put a query to Pagefind, the most exact first: with the keys of ids and amounts, then
// as it was typed, unless it is nothing else.
export const spelt = (query, prefix) => {
  const text = query.normalize("NFKC")
  const first = paired(keyed(text, prefix))
  return ONLY_KEYS.test(first) ? [first] : [...new Set([first, paired(text)])].filter(Boolean)
}

// The words of the index as a reader sees them, each with whether it was looked for: `hit` says it
// of a word by its place.
const pieces = (words, hit = () => false) => {
  const shown = []
  let carried = false
  words.forEach((word, place) => {
    const key = word.match(KEY)
    if (key) {
      const last = shown.at(-1)
      if (last) {
        const rest = word.slice(key[0].length)
        last.text += rest.replace(JOIN, "")
        last.hit ||= hit(place)
        last.glued = rest.endsWith(JOIN) || CLOSED.test(last.text)
      }
      return
    }
    const pair = word.match(PAIR)
    // Pagefind ends each heading and cell with a full stop of its own.
    const text = (pair ? pair[1] : word.replace(END_OF_CELL, "。")).replaceAll(END, "").replace(JOIN, "")
    const glued = Boolean(pair) || word.endsWith(JOIN) || CLOSED.test(text)
    shown.push({text, hit: hit(place) || carried, glued})
    carried = Boolean(pair) && hit(place)
  })
  return shown
}

const split = text => text.split(/\s+/).filter(Boolean)
const joined = shown =>
  shown.map(({text, glued}, n) => text + (glued || n === shown.length - 1 ? "" : " ")).join("")

export const plain = text => joined(pieces(split(text)))

// How much of a text is shown, and how much of it before the place, in letters: two lines on a wide
// window. A Chinese letter is as wide as two.
const LONG = 190
const BACK = 70
const NEAR = 22
const wide = word => (word.match(KEY) ? 0 : word.match(PAIR) || word.includes(END) ? 2 : word.length + 1)
const ENDS = /[.!?。！？]$/

// The place that says most of what was looked for, from the start of its sentence if that is near.
export const excerpt = (content, locations) => {
  const words = split(content)
  const weight = new Map(locations.map(({location, balanced_score}) => [location, balanced_score]))
  let [first, most] = [0, -1]
  for (const start of weight.keys()) {
    let sum = 0
    for (let n = start; n < start + NEAR; n++) sum += weight.get(n) ?? 0
    if (sum > most || (sum === most && start < first)) [first, most] = [start, sum]
  }
  let start = first
  let room = LONG
  const before = LONG - BACK
  while (start > 0 && room > before && !ENDS.test(words[start - 1].replace(END, ""))) room -= wide(words[--start])
  let end = Math.max(first, start)
  while (end < words.length && room > 0) room -= wide(words[end++])
  const shown = pieces(words.slice(start, end), place => weight.has(place + start))
  const whole = start === 0 || ENDS.test(words[start - 1].replace(END, ""))
  if (!whole) shown.unshift({text: "…", hit: false, glued: true})
  if (end < words.length) shown.push({text: "…", hit: false, glued: true})
  return shown
}

// The pieces as nodes, what was looked for in `mark`.
export const nodes = shown => {
  const parts = []
  const add = (text, hit) => {
    const last = parts.at(-1)
    if (last?.hit === hit) last.text += text
    else if (text) parts.push({hit, text})
  }
  shown.forEach(({text, hit, glued}, n) => {
    const space = glued || n === shown.length - 1 ? "" : " "
    const word = hit ? text.replace(/[\p{P}\p{S}]+$/u, "") : text
    const both = hit && !text.slice(word.length) && shown[n + 1]?.hit
    add(word + (both ? space : ""), hit)
    add(text.slice(word.length) + (both ? "" : space), false)
  })
  return parts.map(({hit, text}) => {
    if (!hit) return document.createTextNode(text)
    const mark = document.createElement("mark")
    mark.textContent = text
    return mark
  })
}
