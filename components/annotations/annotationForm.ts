export type AnnotationFields = { text: string; from: string; until: string; tags: string }

/** The tags of a text with commas between them, each once. */
export const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
]

/** The body of the call, of what the form says. Times are by the clock of the browser; an empty `from` is now, an empty `until` a moment. Pure. */
export function annotationBody({ text, from, until, tags }: AnnotationFields): {
  text: string
  time?: number
  timeEnd?: number
  tags?: string[]
} {
  const named = tagsIn(tags)
  return {
    text: text.trim(),
    ...(from && { time: new Date(from).getTime() }),
    ...(until && { timeEnd: new Date(until).getTime() }),
    ...(named.length > 0 && { tags: named }),
  }
}

/** Why it cannot be sent, or null. Pure. */
export function wrongWith({ text, from, until }: AnnotationFields, now: number): string | null {
  if (!text.trim()) return 'Say what happened'
  if (until && new Date(until).getTime() < (from ? new Date(from).getTime() : now)) return 'It ends before it begins'
  return null
}
