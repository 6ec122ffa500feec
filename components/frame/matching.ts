/**
 * Of a long list what is worth offering: all of a short one, else the first `max` whose text holds every word that was typed. A list of
 * thousands is narrowed before it is drawn, and none of it is out of reach. Pure.
 */
export function matching<T>(typed: string, items: readonly T[], text: (item: T) => string, max: number): T[] {
  if (items.length <= max) return [...items]
  const words = typed.trim().toLowerCase().split(/\s+/)
  return items.filter((item) => words.every((word) => text(item).toLowerCase().includes(word))).slice(0, max)
}
