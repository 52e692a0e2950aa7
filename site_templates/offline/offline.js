// In an offline copy: from a disk, browsers load scripts, but no modules and no data. So each module
// is a plain script that leaves here what it exports, and beside each file of data lies a script that
// holds it.
{
  const modules = new Map()
  const load = address =>
    new Promise((loaded, failed) => {
      const script = document.createElement("script")
      script.src = address
      script.addEventListener("load", () => loaded(script))
      script.addEventListener("error", () => failed(new Error(`${address} is missing`)))
      document.head.append(script)
      script.remove()
    })
  const nameOf = address => new URL(address, document.baseURI).pathname.split("/").at(-1)

  globalThis.changebook = {
    /** What a module that was loaded before exports. */
    from: name => modules.get(name),
    exports: (name, values) => modules.set(name, values),
    /** Stands in for `import()`. */
    load: async address => {
      const name = nameOf(address)
      if (!modules.has(name)) await load(address)
      return modules.get(name)
    },
    /** Called by the script beside a file, with what the file holds. */
    holds: base64 => {
      document.currentScript.held = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
    },
  }
  globalThis.fetch = async address => {
    const file = new URL(address, document.baseURI)
    file.search = file.hash = ""
    const {held} = await load(`${file.href}.js`)
    return new Response(held)
  }
  // Pagefind would try one, and warn that it can't.
  delete globalThis.Worker
}
