/**
 * Connected components of the targets: what shares a ring or an edge is judged together, so one replica has all of it. Pure: from the same file
 * every replica makes the same cells. `links`: names that belong together; a name that is no target links nothing.
 */
export function cellsOf(targets: readonly string[], links: readonly (readonly string[])[]): string[][] {
  const parent = new Map(targets.map((name) => [name, name]))
  const rootOf = (name: string): string => {
    let root = name
    while (parent.get(root) !== root) root = parent.get(root)!
    // Path compression: a long chain of edges stays cheap.
    for (let at = name; at !== root; ) {
      const next = parent.get(at)!
      parent.set(at, root)
      at = next
    }
    return root
  }
  for (const link of links) {
    const [first, ...others] = link.filter((name) => parent.has(name))
    for (const other of others) parent.set(rootOf(other), rootOf(first!))
  }
  const cells = [...Map.groupBy(targets, rootOf).values()].map((cell) => [...cell].sort(byText))
  return cells.sort(([a], [b]) => byText(a!, b!))
}

/** By code units, not by a locale: replicas on machines of other languages must agree. */
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
