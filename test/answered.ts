import { expect } from 'vitest'
import type { z } from 'zod'

/** As much of zod's definition of a schema as a walk over its members needs. */
type Definition = {
  type: string
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  innerType?: z.ZodType
  options?: z.ZodType[]
  items?: z.ZodType[]
  valueType?: z.ZodType
}
const definitionOf = (schema: z.ZodType) => schema.def as unknown as Definition
const nameOf = (schema: z.ZodType, path: string): string => (schema.meta()?.id as string | undefined) ?? path

/** Every member that the schema speaks of, by the name of the noun that it belongs to: `Pool.servers[].weightSet`. */
export function membersOf(schema: z.ZodType, path: string, found = new Set<string>()): Set<string> {
  const { shape, element, innerType, options = [], items = [], valueType } = definitionOf(schema)
  const at = nameOf(schema, path)
  for (const [key, member] of Object.entries(shape ?? {})) {
    const name = `${at}.${key}`
    if (found.has(name)) continue
    found.add(name)
    membersOf(member, name, found)
  }
  if (element) membersOf(element, `${at}[]`, found)
  if (innerType) membersOf(innerType, at, found)
  if (valueType) membersOf(valueType, `${at}{}`, found)
  for (const option of [...options, ...items]) membersOf(option, at, found)
  return found
}

/** Notes each member that the value has, named as `membersOf` names them. */
function note(schema: z.ZodType, value: unknown, path: string, seen: Set<string>): void {
  if (value === undefined || value === null) return
  const { shape, element, innerType, options = [], valueType } = definitionOf(schema)
  const at = nameOf(schema, path)
  const members = value as Record<string, unknown>
  for (const [key, member] of Object.entries(shape ?? {})) {
    if (!(key in members)) continue
    seen.add(`${at}.${key}`)
    note(member, members[key], `${at}.${key}`, seen)
  }
  if (element) for (const each of value as unknown[]) note(element, each, `${at}[]`, seen)
  if (innerType) note(innerType, value, at, seen)
  if (valueType) for (const each of Object.values(members)) note(valueType, each, `${at}{}`, seen)
  for (const option of options) if (option.safeParse(value).success) note(option, value, at, seen)
}

/** Holds an answer, as it was sent, against its schema: what is missing or of another kind fails, and so does a member that it does not name. */
export function expectAnswer(schema: z.ZodType, answer: unknown, what: string, seen: Set<string>): void {
  const parsed = schema.safeParse(answer)
  expect(parsed.error?.issues ?? [], what).toEqual([])
  // Parsing leaves out what the schema does not name.
  expect(answer, what).toEqual(parsed.data)
  note(schema, answer, what, seen)
}
