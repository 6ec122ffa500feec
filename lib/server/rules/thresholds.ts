import { z } from 'zod'
import { duration } from '../../format/format.ts'
import type { ThresholdView } from '../../model/answers/rule.ts'
import type { AnyDetector } from '../../model/detector.ts'

type Property = { description?: string; default?: unknown; 'x-rate'?: boolean }

/** The settings of a rule one by one: the value in force, the default, and the default's reason as the settings' schema has it. */
export function thresholds({ settings }: Pick<AnyDetector, 'settings'>, configured: Record<string, unknown> = {}): ThresholdView[] {
  const { properties = {} } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, Property> }
  const parsed = settings.parse({}) as Record<string, unknown>
  return Object.entries(properties).map(([name, { description, default: written, 'x-rate': isRate }]) => {
    // Stretches of time are written as text and parsed to ms.
    const isTime = typeof written === 'string' && typeof parsed[name] === 'number'
    const text = (value: unknown) => (isRate ? `${plain(value as number)}/h` : isTime ? duration(value as number) : JSON.stringify(value))
    const value = configured[name] ?? parsed[name]
    return { name, value: text(value), default: text(parsed[name]), set: text(value) !== text(parsed[name]), why: description ?? '' }
  })
}

/** Without the rest of a division: a rate of 1/d is 0.0417 an hour. */
const plain = (value: number) => Number(value.toPrecision(3))
