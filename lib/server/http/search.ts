import { createSlices } from '../../engine/slices.ts'
import { type Filter, filterOf } from '../../model/filter.ts'
import { words } from './inputs.ts'

/** The query parameter `q` of a list. `what`: the texts in which it is looked for, as "name, kind or parent". */
export const search = (what: string) => ({
  q: words(200)
    .optional()
    .meta({
      description: `Only those whose ${what} holds this text, in whatever case: of several words each must stand in one of them, and \`team=shop\` asks for a label`,
    }),
})

/** Of a list what `q` asks for; with `q`, `all` is how many there are without it. `wanted`: asks the filter for the texts and labels of one. */
export function searched<T>(items: readonly T[], q: string | undefined, wanted: (filter: Filter, item: T) => boolean) {
  if (!q) return { found: items, counted: {} }
  const filter = filterOf(q)
  return { found: items.filter((item) => wanted(filter, item)), counted: { all: items.length } }
}

/** The same of a list of thousands, in slices. */
export async function searchedInSlices<T>(items: readonly T[], q: string | undefined, wanted: (filter: Filter, item: T) => boolean) {
  if (!q) return { found: items, counted: {} }
  const [filter, pause] = [filterOf(q), createSlices()]
  const found: T[] = []
  for (const item of items) {
    const turn = pause()
    if (turn) await turn
    if (wanted(filter, item)) found.push(item)
  }
  return { found, counted: { all: items.length } }
}
