import { z } from 'zod'
import type { Config } from './config.ts'
import type { FileData, Schemas } from './schema.ts'

/**
 * The settings of rules. A rate of false alarms of the whole fleet is split evenly over the rules that hold one; those that have one of
 * their own in the file keep it.
 */
export function rulesOf({ rules, detection }: FileData, written: unknown, schemas: Schemas['rules']): Config['rules'] {
  const configured: Config['rules'] = Object.fromEntries(
    Object.entries(rules)
      .filter(([, rule]) => rule !== undefined)
      .map(([id, { enabled, ...settings }]) => [id, { enabled: enabled ?? true, settings }]),
  )
  if (detection.falseAlarms === undefined) return configured
  const holders = Object.entries(schemas).filter(([, schema]) => schema instanceof z.ZodObject && 'falseAlarms' in schema.shape)
  for (const [id, schema] of holders) {
    if (hasOwn(written, id)) continue
    const { enabled, settings } = configured[id] ?? { enabled: true, settings: schema.parse({}) as Record<string, unknown> }
    configured[id] = { enabled, settings: { ...settings, falseAlarms: detection.falseAlarms / holders.length } }
  }
  return configured
}

function hasOwn(written: unknown, id: string): boolean {
  const { rules } = (written ?? {}) as { rules?: Record<string, object | undefined> }
  return rules?.[id] !== undefined && 'falseAlarms' in rules[id]
}
