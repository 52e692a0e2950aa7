// Finds the decision behind a fingerprint, and computes the chain of the decisions again on the reader's device.
// All words come from the page; nothing is sent anywhere.
(() => {
  const box = document.getElementById("verify")
  const answer = document.getElementById("verify-answer")
  const words = document.getElementById("verify-words")
  if (!box || !answer || !words) return

  // Pages are free of forms, so this one is made here, around the words of the page.
  const made = (name, place, properties) => {
    const spot = document.getElementById(place)
    const element = Object.assign(document.createElement(name), properties)
    element.append(...spot.childNodes)
    spot.replaceWith(element)
    return element
  }
  const form = document.createElement("form")
  form.append(...box.childNodes)
  box.append(form)
  const field = made("input", "verify-digest-place", {
    id: "verify-digest", type: "text", autocomplete: "off", autocapitalize: "off",
    spellcheck: false,
  })
  field.setAttribute("aria-describedby", "verify-hint")
  const chooser = made("input", "verify-file-place", {
    id: "verify-file", type: "file", accept: ".json,.pdf,.png,.jpg,.jpeg",
  })
  made("button", "verify-check-place", {type: "submit", className: "cb-button"})
  const camera = made("button", "verify-camera-place", {
    type: "button", className: "cb-button cb-button--second", hidden: true,
  })
  box.hidden = false

  const FULL = 64
  const SHORTEST = 12
  /** So many characters may have one slip in them, and still be told from all others. */
  const CHARACTERS_A_SLIP = 12
  const source = document.getElementById("verify-source")
  const canCompute = Boolean(globalThis.crypto?.subtle)
  const seals = [...document.querySelectorAll("#seals tbody tr")]
  const questions = [...document.querySelectorAll("#questions tbody tr")]

  const grouped = digits => digits.replace(/(.{4})(?=.)/g, "$1 ")

  /** A sentence of the page, with what belongs in its slots: texts, or nodes that are copied. */
  const said = (name, slots = {}) => {
    const sentence = words.querySelector(`[data-says="${name}"]`).cloneNode(true)
    for (const slot of sentence.querySelectorAll("[data-slot]")) {
      const value = slots[slot.dataset.slot]
      slot.replaceChildren(value instanceof Node ? value.cloneNode(true) : String(value))
    }
    sentence.removeAttribute("data-says")
    return sentence
  }

  /** Shows sentences; the kind is `good`, `ended`, `bad` or `plain`, which they say as well. */
  const show = (kind, sentences) => {
    const verdict = document.createElement("div")
    verdict.className = `cb-verdict__box cb-verdict__box--${kind}`
    verdict.append(...sentences)
    answer.append(verdict)
  }

  // The canonical form: RFC 8785, for texts, whole numbers, lists and mappings.
  const canonical = value => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
    if (value !== null && typeof value === "object") {
      const keys = Object.keys(value).sort()
      return `{${keys.map(key => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`
    }
    return JSON.stringify(value)
  }
  const sha256 = async bytes => {
    const digest = await crypto.subtle.digest("SHA-256", bytes)
    return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, "0")).join("")
  }
  const digestOf = value => sha256(new TextEncoder().encode(canonical(value)))

  /** What of a file of decisions does not fit, what it leaves out, and what it does not show. */
  const computed = async ({entries}) => {
    const faults = []
    const gaps = []
    const notShown = []
    let before = null
    for (const {content, entry: own, ...rest} of entries) {
      const fault = name => faults.push({name, number: rest.number, record: rest.id})
      if (content === null) notShown.push(rest.number)
      else if (content.id !== rest.id || (await digestOf(content)) !== rest.digest) fault("altered")
      if ((await digestOf(rest)) !== own) fault("seal-altered")
      if (rest.number === (before ? before.number : 0) + 1) {
        if (rest.previous !== (before ? before.entry : null)) fault("out-of-place")
      } else if (before && rest.number <= before.number) fault("out-of-place")
      else gaps.push(rest.number)
      before = {number: rest.number, entry: own}
    }
    return {faults, gaps, notShown}
  }
  const isDecisions = data =>
    data !== null && typeof data === "object" && Array.isArray(data.entries) &&
    data.entries.length > 0 &&
    data.entries.every(entry => entry !== null && typeof entry === "object" && "content" in entry &&
      typeof entry.digest === "string" && typeof entry.entry === "string")

  // This site's own chain, loaded and computed once; a file of it that the reader chose will do too.
  let own = null
  const ownChain = async () => {
    if (own || !source) return own
    try {
      const loaded = await fetch(source.href)
      if (!loaded.ok) return null
      const data = await loaded.json()
      if (isDecisions(data)) own = {data, ...(await computed(data))}
    } catch {
      return null // from a disk, browsers load no files
    }
    return own
  }

  /** The least number of slips between two texts: another, missing, added or swapped character. */
  const slips = (a, b) => {
    let older = []
    let old = [...Array(b.length + 1).keys()]
    for (let i = 1; i <= a.length; i++) {
      const row = [i]
      for (let j = 1; j <= b.length; j++) {
        const same = a[i - 1] === b[j - 1] ? 0 : 1
        row[j] = Math.min(old[j] + 1, row[j - 1] + 1, old[j - 1] + same)
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          row[j] = Math.min(row[j], older[j - 2] + 1)
      }
      older = old
      old = row
    }
    return old[b.length]
  }

  /** The digits of a fingerprint as people have it: in groups, full-width, or in an address. */
  const digits = text => {
    let plain = text.normalize("NFKC").trim()
    const address = /[?&#]digest=([^?&#]*)/i.exec(plain)
    if (address) {
      try {
        plain = decodeURIComponent(address[1])
      } catch {
        return null
      }
    }
    plain = plain.trim().replace(/^(urn:)?sha-?256[:=]/i, "")
    plain = plain.replace(/[\s\-‐-―·•.,:;…'"`“”‘’«»()[\]<>|/\u00ad\u200b-\u200f\u2060\ufeff]+/g, "").toLowerCase()
    return /^[0-9a-f]+$/.test(plain) && plain.length >= SHORTEST && plain.length <= FULL ? plain : null
  }

  const part = (row, name) => row.querySelector(`[data-${name}]`)
  const record = row => part(row, "record").firstElementChild
  const known = [
    ...seals.flatMap(row => [
      {row, digest: row.dataset.digest, name: "found"},
      {row, digest: row.dataset.seal, name: "found-seal"},
      ...(row.dataset.file ? [{row, digest: row.dataset.file, name: "found-file"}] : []),
    ]),
    ...questions.map(row => ({row, digest: row.dataset.digest, name: "asked"})),
  ]

  /** What the computed chain says of an entry: sentences, and whether it holds. */
  const proof = (row, chain) => {
    if (!canCompute) return {holds: false, sentences: [said("insecure")]}
    if (!chain) return {holds: false, sentences: [said("no-source")]}
    const {number} = row.dataset
    const entry = chain.data.entries.find(each => String(each.number) === number)
    if (!entry || entry.digest !== row.dataset.digest || entry.entry !== row.dataset.seal)
      return {
        holds: false, bad: true,
        sentences: [said("broken"), said("altered", {number, record: record(row).textContent})],
      }
    if (chain.faults.length)
      return {
        holds: false, bad: true,
        sentences: [said("broken"), ...chain.faults.map(fault => said(fault.name, fault))],
      }
    if (entry.content === null) return {holds: true, sentences: [said("not-shown")]}
    const name = chain.gaps.length ? "verified-in-part" : "verified"
    return {holds: true, sentences: [said(name, {count: chain.data.entries.length})]}
  }

  const tell = (match, typed, chain) => {
    const {row, digest, name} = match
    const {number, revision} = row.dataset
    const sentences = [said(name, {record: record(row), revision, number})]
    let kind = "plain"
    if (name !== "asked") {
      const found = proof(row, chain)
      kind = found.bad ? "bad" : row.dataset.ended ? "ended" : found.holds ? "good" : "plain"
      const place = said("place", {number, count: seals.length, event: part(row, "event")})
      const since = document.createElement("p")
      since.append(...[...part(row, "since").childNodes].map(node => node.cloneNode(true)))
      sentences.push(place, since, ...found.sentences)
    }
    if (typed.length < FULL)
      sentences.push(said("beginning", {count: typed.length, digest: grouped(digest)}))
    show(kind, sentences)
  }

  const look = async text => {
    answer.replaceChildren()
    if (!text.trim()) return
    const typed = digits(text)
    if (!typed) {
      show("bad", [said("no-digest")])
      return
    }
    const matches = known.filter(each => each.digest.startsWith(typed))
    if (matches.length) {
      const chain = canCompute ? await ownChain() : null
      answer.replaceChildren()
      for (const match of matches) tell(match, typed, chain)
      return
    }
    const sentences = [said("unknown")]
    const near = known
      .map(each => {
        const lengths = [typed.length, typed.length - 1, typed.length + 1].filter(n => n <= FULL)
        const compared = lengths.map(n => each.digest.slice(0, n))
        const counts = compared.map(there => slips(typed, there))
        const count = Math.min(...counts)
        return {...each, count, there: compared[counts.indexOf(count)]}
      })
      .filter(each => each.count <= Math.floor(typed.length / CHARACTERS_A_SLIP))
      .sort((a, b) => a.count - b.count)[0]
    if (near)
      sentences.push(
        said("near", {record: record(near.row), count: near.count}),
        said("yours", {digest: grouped(typed)}),
        said("there", {digest: grouped(near.there)}),
      )
    show("bad", sentences)
  }

  /** How a file of decisions and this site's chain go together. */
  const compared = entries => {
    const here = new Map(seals.map(row => [row.dataset.number, row.dataset.seal]))
    const common = entries.filter(entry => here.has(String(entry.number)))
    const other = common.find(entry => here.get(String(entry.number)) !== entry.entry)
    if (other) return {sentence: said("differs", {number: other.number}), fits: false}
    const more = entries.find(entry => !here.has(String(entry.number)))
    if (more) return {sentence: said("further", {number: more.number}), fits: false}
    return {sentence: said(entries.length === here.size ? "same" : "goes-on"), fits: true}
  }

  const lookAtDecisions = async data => {
    if (!isDecisions(data)) {
      show("bad", [said("no-file")])
      return
    }
    const {faults, gaps, notShown} = await computed(data)
    const {sentence, fits} = compared(data.entries)
    const sentences = faults.length
      ? [said("file-broken"), ...faults.map(fault => said(fault.name, fault))]
      : [said(gaps.length ? "file-in-part" : "file-sound", {count: data.entries.length})]
    if (gaps.length) sentences.push(said("file-gaps", {numbers: gaps.join(", ")}))
    if (notShown.length) sentences.push(said("file-not-shown", {numbers: notShown.join(", ")}))
    const kind = faults.length || !fits ? "bad" : gaps.length ? "ended" : "good"
    show(kind, [...sentences, sentence])
    if (!own && !faults.length && fits && data.entries.length === seals.length)
      own = {data, faults, gaps, notShown}
  }

  const lookAtFile = async file => {
    answer.replaceChildren()
    if (!canCompute) {
      show("bad", [said("insecure-file")])
      return
    }
    const bytes = await file.arrayBuffer()
    if (/\.json$/i.test(file.name)) {
      let data = null
      try {
        data = JSON.parse(new TextDecoder().decode(bytes))
      } catch {
        // what is not JSON is not a file of decisions
      }
      await lookAtDecisions(data)
      return
    }
    const digest = await sha256(bytes)
    const match = known.find(each => each.name === "found-file" && each.digest === digest)
    if (match) tell(match, digest, await ownChain())
    else show("bad", [said("other-paper")])
  }

  form.addEventListener("submit", event => {
    event.preventDefault()
    look(field.value)
  })
  chooser.addEventListener("change", () => {
    if (chooser.files.length) lookAtFile(chooser.files[0])
  })
  // The same name may be another file by now.
  chooser.addEventListener("click", () => {
    chooser.value = ""
  })
  form.addEventListener("dragover", event => event.preventDefault())
  form.addEventListener("drop", event => {
    event.preventDefault()
    if (event.dataTransfer.files.length) lookAtFile(event.dataTransfer.files[0])
  })

  // The camera, where the browser reads codes by itself.
  const devices = navigator.mediaDevices
  camera.hidden = !("BarcodeDetector" in globalThis && devices?.getUserMedia)
  const video = Object.assign(document.createElement("video"), {
    muted: true, playsInline: true, hidden: true,
  })
  camera.parentElement.after(video)
  let stream = null
  const stop = () => {
    stream?.getTracks().forEach(track => track.stop())
    stream = null
    video.hidden = true
  }
  const scan = async detector => {
    if (!stream) return
    const [code] = await detector.detect(video).catch(() => [])
    if (code) {
      stop()
      field.value = code.rawValue
      look(code.rawValue)
    } else requestAnimationFrame(() => scan(detector))
  }
  camera.addEventListener("click", async () => {
    if (stream) {
      stop()
      return
    }
    try {
      stream = await devices.getUserMedia({video: {facingMode: "environment"}})
      video.srcObject = stream
      video.hidden = false
      await video.play()
      scan(new BarcodeDetector({formats: ["qr_code"]}))
    } catch {
      stop()
      answer.replaceChildren()
      show("bad", [said("no-camera")])
    }
  })
  addEventListener("pagehide", stop)

  const asked = /[?&#]digest=/.test(location.href) ? digits(location.href) : null
  if (asked) {
    field.value = grouped(asked)
    look(asked)
  }
})()
