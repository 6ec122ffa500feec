/** Eight colours that stay apart for colour-blind eyes, from the theme. */
const COLOURS = 8
const seriesVar = (index: number) => `var(--series-${(((index % COLOURS) + COLOURS) % COLOURS) + 1})`

/** A name's own colour, the same on every page: the number or letter at its end (app3, cache-b), else a hash. */
export function colourIndex(name: string): number {
  const last = name.split('/').at(-1) ?? name
  const number = /(\d+)$/.exec(last)
  if (number) return (Number(number[1]!.slice(-4)) + COLOURS - 1) % COLOURS
  const letter = /(?:^|[-_.])([a-z])$/i.exec(last)
  if (letter) return (letter[1]!.toLowerCase().charCodeAt(0) - 97) % COLOURS
  let hash = 5381
  for (let i = 0; i < last.length; i++) hash = ((hash * 33) ^ last.charCodeAt(i)) >>> 0
  return hash % COLOURS
}

/** Colours for series drawn together: each its own, unless another in the same picture has it; then the next that is free. */
export function coloursFor(names: readonly string[]): string[] {
  const taken = new Set<number>()
  const given = new Map<string, string>()
  return names.map((name) => {
    // What is drawn from before has the colour of what it is compared with.
    const now = given.get(name.replace(/, before$/, ''))
    if (now && name.endsWith(', before')) return now
    let index = colourIndex(name)
    for (let tries = 0; taken.has(index) && tries < COLOURS; tries++) index = (index + 1) % COLOURS
    taken.add(index)
    if (taken.size >= COLOURS) taken.clear()
    given.set(name, seriesVar(index))
    return seriesVar(index)
  })
}
