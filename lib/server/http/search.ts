import { words } from './inputs.ts'

/** The query parameter `q` of a list. `what`: the texts in which it is looked for, as "name, kind or parent". */
export const search = (what: string) => ({
  q: words(200)
    .optional()
    .meta({ description: `Only those whose ${what} holds this text, in whatever case` }),
})

/** What `q` asks for: whether one of the texts of a thing holds it, in whatever case. An empty one holds of everything. */
export function holds(q = ''): (texts: Iterable<string | undefined>) => boolean {
  const wanted = q.toLowerCase()
  if (wanted === '') return () => true
  return (texts) => {
    for (const text of texts) if (text?.toLowerCase().includes(wanted)) return true
    return false
  }
}
