/** Who has waited longest among those that are due; undefined: nobody is. The first of a list would take the turns of those after it for good. */
export function nextDue(names: readonly string[], dueAt: ReadonlyMap<string, number>, now: number): string | undefined {
  const since = (name: string) => dueAt.get(name) ?? Number.NEGATIVE_INFINITY
  return names.reduce<string | undefined>(
    (longest, name) => (since(name) <= now && (longest === undefined || since(name) < since(longest)) ? name : longest),
    undefined,
  )
}
