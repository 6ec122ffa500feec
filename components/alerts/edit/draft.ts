import type { AlertsConfigView } from '@/lib/model/answers/alertsEdit.ts'
import { EvenkeelError } from '@/lib/model/error.ts'
import { matcherText } from '@/lib/model/matcher.ts'
import { conditionsOf, parseMatcher } from '@/lib/model/matching.ts'
import { conditionsIn } from '../silenceForm.ts'

export type Value = Readonly<Record<string, unknown>>
/** `id` is the form's own: what is moved keeps what was typed. */
export type Item = { id: string; was: number | null; value: Value }
export type Draft = { hash: string; receivers: Item[]; routes: Item[] }

export const draftOf = ({ hash, receivers, routes }: AlertsConfigView): Draft => ({
  hash,
  receivers: receivers.map((value, was) => ({ id: `r${was}`, was, value })),
  routes: routes.map((value, was) => ({ id: `r${was}`, was, value })),
})

/** The edit as the API takes it. */
export const bodyOf = ({ hash, receivers, routes }: Draft) => ({
  hash,
  receivers: receivers.map(({ was, value }) => ({ was, value })),
  routes: routes.map(({ was, value }) => ({ was, value })),
})

/** With another value of a key; `undefined` takes the key away. */
export function withKey(value: Value, key: string, next: unknown): Value {
  const { [key]: _, ...rest } = value
  if (next === undefined) return rest
  return key in value ? Object.fromEntries(Object.entries(value).map(([name, old]) => [name, name === key ? next : old])) : { ...value, [key]: next } // biome-ignore format: one line
}

/** Conditions of a route, one a line. */
export function conditionsText({ match = {}, matchers = [] }: Value): string {
  const equal = Object.entries(match as Record<string, string>).map(([label, value]) =>
    matcherText({ label, op: '=', value: String(value) }),
  )
  return [...equal, ...(matchers as string[])].join('\n')
}

/** The route with the conditions of a text; what says that a label is equal stands in `match`. Throws `invalid`, with what is wrong. */
export function withConditions(route: Value, text: string): Value {
  if (text.trim() === conditionsText(route).trim()) return route
  const { match, matchers } = conditionsOf({ match: {}, matchers: conditionsIn(text).map(parseMatcher) })
  const others = matchers.map(matcherText)
  return withKey(withKey(route, 'match', match), 'matchers', others.length > 0 ? others : undefined)
}

/** Labels that must be equal, as one line of conditions. */
export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([label, value]) => matcherText({ label, op: '=', value: String(value) }))
    .join(', ')

/** The labels of such a line. Throws `invalid` for what is no condition, or another one than equality. */
export function labelsOf(text: string): Record<string, string> {
  // A comma inside quotation marks belongs to the value.
  const parts = text.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []
  const matchers = parts.map((part) => part.trim()).filter(Boolean).map(parseMatcher) // biome-ignore format: one line
  const other = matchers.find(({ op }) => op !== '=')
  if (other) throw new EvenkeelError('invalid', `${matcherText(other)}: only label="value" can stand here`)
  return Object.fromEntries(matchers.map(({ label, value }) => [label, value]))
}

export const moved = <T>(list: readonly T[], from: number, to: number): T[] => {
  const next = [...list]
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}
