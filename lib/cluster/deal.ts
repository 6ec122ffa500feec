/** Who has what, as one round of this replica has read it. */
export type Table = {
  me: string
  /** All replicas that are alive, this one among them, by name. */
  living: readonly string[]
  cells: readonly (readonly string[])[]
  /** By target: the living replica that has it. Absent: it is free. */
  holders: ReadonlyMap<string, string>
}

/** The next moves of one replica: cells (of some, the part that it may take) by their number in `cells`. */
export type Moves = { take: string[]; giveUp: string[][] }

/** May a cell be handed over now: nothing is in flight there. */
type MayLeave = (cell: readonly string[]) => boolean

/**
 * Load balancing of cells by number of targets. Each replica computes the whole deal by the same rule and makes its own part of it: free cells go
 * to who has least, and who has most gives up its smallest ones while that evens things out. What two decide at once on different readings is
 * settled by the database, which hands a free target to one taker only.
 * @param settled the replicas and what they hold have not changed for a while: only then is anything moved for evenness, so that a replica that
 * restarts finds its cells where they were
 */
export function movesOf(table: Table, settled: boolean, mayLeave: MayLeave): Moves {
  const strays = strayOf(table).filter(mayLeave)
  return { take: takenOf(table), giveUp: settled ? [...strays, ...evenedOut(table, mayLeave)] : strays }
}

type Loads = Map<string, number>

function loadsOf({ living, holders }: Table): Loads {
  const loads: Loads = new Map(living.map((name) => [name, 0]))
  for (const holder of holders.values()) if (loads.has(holder)) loads.set(holder, loads.get(holder)! + 1)
  return loads
}

/** The replica with most or least; of several the first by name. */
function extremeOf(loads: Loads, way: 1 | -1): string {
  let found: string | null = null
  for (const [name, load] of loads) {
    const ahead = found === null ? 1 : way * (load - loads.get(found)!)
    if (ahead > 0 || (ahead === 0 && name < found!)) found = name
  }
  return found!
}

/** The replica that has most of a cell: it alone may take the rest, and the others give up theirs. Null: nobody has any of it. */
export function homeOf(cell: readonly string[], holders: Table['holders']): string | null {
  const counts: Loads = new Map()
  for (const target of cell) {
    const holder = holders.get(target)
    if (holder !== undefined) counts.set(holder, (counts.get(holder) ?? 0) + 1)
  }
  return counts.size > 0 ? extremeOf(counts, 1) : null
}

function takenOf(table: Table): string[] {
  const { me, cells, holders } = table
  const loads = loadsOf(table)
  const taken: string[] = []
  const free: (readonly string[])[] = []
  for (const cell of cells) {
    const left = cell.filter((target) => !holders.has(target))
    if (left.length === 0) continue
    const home = homeOf(cell, holders)
    if (home === null) free.push(cell)
    else if (home === me) taken.push(...left)
    if (home !== null && loads.has(home)) loads.set(home, loads.get(home)! + left.length)
  }
  // The large ones first: the small ones even out what they leave.
  for (const cell of free.toSorted((a, b) => b.length - a.length)) {
    const poorest = extremeOf(loads, -1)
    loads.set(poorest, loads.get(poorest)! + cell.length)
    if (poorest === me) taken.push(...cell)
  }
  return taken
}

/** Parts of cells whose rest another replica has: after an edit of the file, two cells may have become one. */
function strayOf({ me, cells, holders }: Table): string[][] {
  return cells.flatMap((cell) => {
    if (cell.length < 2 || homeOf(cell, holders) === me) return []
    const mine = cell.filter((target) => holders.get(target) === me)
    return mine.length > 0 ? [mine] : []
  })
}

/** The cells of this replica that the poorest ones are to have. */
function evenedOut(table: Table, mayLeave: MayLeave): string[][] {
  const { me, living, cells, holders } = table
  const loads = loadsOf(table)
  const whole = cells.filter((cell) => cell.every((target) => holders.get(target) === holders.get(cell[0]!)))
  const queues = new Map(
    living.map((name) => {
      const own = whole.filter((cell) => holders.get(cell[0]!) === name && (name !== me || mayLeave(cell)))
      return [name, own.toSorted((a, b) => a.length - b.length)]
    }),
  )
  const givenUp: string[][] = []
  for (;;) {
    const [rich, poor] = [extremeOf(loads, 1), extremeOf(loads, -1)]
    const cell = queues.get(rich)!.shift()
    // The smallest does not even it out: no other does.
    if (!cell || loads.get(poor)! + cell.length >= loads.get(rich)!) return givenUp
    loads.set(rich, loads.get(rich)! - cell.length)
    loads.set(poor, loads.get(poor)! + cell.length)
    if (rich === me) givenUp.push([...cell])
  }
}
