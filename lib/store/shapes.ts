type Fits = (value: unknown) => boolean

const text: Fits = (value) => typeof value === 'string'
const number: Fits = (value) => typeof value === 'number' && Number.isFinite(value)
const object: Fits = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
const list =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits)
const maybe =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value)
const has =
  (members: Record<string, Fits>): Fits =>
  (value) =>
    object(value) && Object.entries(members).every(([name, fits]) => fits((value as Record<string, unknown>)[name]))

const steps = list(has({ setting: has({ target: text, name: text }), before: text, after: text }))

/** What every reader of a row counts on, by noun; what else stands in it is its writer's. */
const SHAPES: Record<string, Fits> = {
  finding: has({ rule: text, severity: text, state: text, subject: object, summary: text, evidence: list(object), since: number, seenAt: number, comments: maybe(list(has({ by: text, at: number, text }))) }), // biome-ignore format: one line
  proposal: has({ finding: text, advisor: text, steps, because: text, guards: list(object), commands: list(text), state: text, createdAt: number }), // biome-ignore format: one line
  change: has({ state: text, steps, because: text, by: text, at: number, guards: list(object), journal: list(has({ at: number, what: text, text })) }), // biome-ignore format: one line
  job: has({ change: text, title: text, state: text, done: number, rate: number, undoRecorded: number, left: number, effect: object }),
  delivery: has({ receiver: text, channel: text, at: number, findings: list(text), status: text, state: text, attempts: number }),
  silence: has({ match: object, matchers: maybe(list(has({ label: text, op: text, value: text }))), from: number, until: number, by: text, reason: text }), // biome-ignore format: one line
  annotation: has({ time: number, timeEnd: maybe(number), tags: list(text), text, by: text, createdAt: number, updatedAt: number }),
  'load-result': has({ results: list(has({ tool: text, format: text, all: object, thresholds: list(object), parts: list(object), course: list(has({ at: number })), attachedAt: number, attachedBy: text })) }), // biome-ignore format: one line
  record: has({ kind: text, target: text, id: text, at: number }),
  labels: list((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(text)),
  memory: () => true,
}

/** A row's JSON when it is what its noun's readers count on, else undefined: one damaged row costs that row, not the start. */
export function readRow<T>(noun: string, json: unknown): T | undefined {
  try {
    const value: unknown = JSON.parse(json as string)
    return SHAPES[noun]!(value) ? (value as T) : undefined
  } catch {
    return undefined
  }
}
