/**
 * The order to show while somebody's pointer or focus is on the list: what stood there keeps its place with its newest values, what is
 * gone keeps its place as it last was, what is new goes to the end. Nobody presses what slid under the cursor.
 */
export function holdOrder<T>(
  shown: readonly T[],
  fresh: readonly T[],
  key: (row: T) => string,
): { rows: T[]; gone: Set<string>; moved: number } {
  const byKey = new Map(fresh.map((row) => [key(row), row]))
  const gone = new Set<string>()
  const rows = shown.map((row) => {
    const now = byKey.get(key(row))
    if (!now) gone.add(key(row))
    return now ?? row
  })
  const known = new Set(shown.map(key))
  for (const row of fresh) if (!known.has(key(row))) rows.push(row)
  const wanted = fresh.map(key).join('\u0000')
  const held = rows.map(key).filter((name) => !gone.has(name))
  return { rows, gone, moved: held.join('\u0000') === wanted && gone.size === 0 ? 0 : 1 }
}

/**
 * The same of a list of which only some rows were read: what stands somewhere keeps its place with its newest values, what was not read yet comes
 * where it is now. That something is gone is only known of a list without holes.
 */
export function holdPlaces<T>(
  shown: readonly (T | undefined)[],
  fresh: readonly (T | undefined)[],
  key: (row: T) => string,
): { rows: (T | undefined)[]; gone: Set<string> } {
  const byKey = new Map<string, T>()
  let holes = 0
  for (const row of fresh) {
    if (row === undefined) holes++
    else byKey.set(key(row), row)
  }
  const gone = new Set<string>()
  const rows = Array.from({ length: Math.max(shown.length, fresh.length) }, (_, place) => {
    const was = shown[place]
    if (was === undefined) return fresh[place]
    const now = byKey.get(key(was))
    if (now === undefined && holes === 0) gone.add(key(was))
    return now ?? was
  })
  return { rows, gone }
}
