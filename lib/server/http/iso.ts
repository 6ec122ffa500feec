import type { Iso } from '../../model/answers/shape.ts'

export const iso = (ms: number): Iso => new Date(ms).toISOString()
export const isoOrNull = (ms: number | null | undefined): Iso | null => (ms == null ? null : iso(ms))

/** The same object with these epoch-ms fields as ISO times; absent ones stay absent. */
export function withIso<T extends object, K extends keyof T>(
  document: T,
  ...fields: K[]
): Omit<T, K> & { [P in K]: undefined extends T[P] ? Iso | undefined : Iso } {
  const copy = { ...document } as Record<string, unknown>
  for (const field of fields) {
    const ms = document[field]
    if (typeof ms === 'number') copy[field as string] = iso(ms)
    else delete copy[field as string]
  }
  return copy as never
}
