import { z } from 'zod'
import { AUDIT_KINDS, AUDIT_OUTCOMES } from '../../model/audit.ts'
import { RING_ALGORITHMS } from '../../model/ring.ts'

/** What the API answers, for openapi.json. The types in lib/model/views.ts are what the code is held to. */
const iso = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const labels = z.record(z.string(), z.string())
const share = z.number().min(0).max(1).nullable()
const measured = z.number().nullable()
const role = z.enum(['viewer', 'operator', 'admin'])
const severity = z.enum(['info', 'warning', 'critical'])
const unit = z.enum(['seconds', 'ratio', 'bytes', 'count', 'perSecond', 'factor', 'none'])
const mode = z.enum(['observe', 'tune'])
const noun = <T extends z.ZodRawShape>(name: string, description: string, shape: T) => z.looseObject(shape).meta({ id: name, description })

const figure = z
  .union([z.object({ value: z.number(), low: z.number().optional(), high: z.number().optional() }), z.object({ because: z.string() })])
  .meta({ id: 'Figure', description: 'A measured number with its 95 % interval, or why there is none' })
export const page = (item: z.ZodType) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Cursor of the next page' }),
    total: z.number().optional().meta({ description: 'How many there are on all pages together' }),
  })
export const anything = z.record(z.string(), z.unknown())

export const target = noun('Target', 'A configured or discovered server', {
  name: z.string(),
  kind: z.string(),
  role: z.enum(['cache', 'store']).optional(),
  title: z.string(),
  address: z.string(),
  state: z.enum(['up', 'down', 'unknown']),
  error: z.string().optional(),
  lastPollAt: iso.nullable(),
  pollMs: z.number().nullable(),
  failures: z.number(),
  version: z.string().optional(),
  capabilities: z.array(z.object({ feature: z.string(), available: z.boolean(), because: z.string().optional() })),
  probes: z.array(
    z.looseObject({
      id: z.string(),
      feature: z.string(),
      everyMs: z.number(),
      cost: z.string(),
      lastAt: iso.nullable(),
      state: z.enum(['ok', 'gap', 'resting', 'unavailable', 'waiting']),
    }),
  ),
  figures: z.record(z.string(), figure).optional(),
})
const can = z.union([z.literal(true), z.object({ because: z.string() })])
export const pool = noun('Pool', 'Servers that share the requests', {
  target: z.string(),
  name: z.string(),
  algorithm: z.string(),
  liveWeights: z.boolean(),
  because: z.string().optional(),
  can: z
    .object({ state: can, slowStart: can })
    .meta({ description: 'What can be done with its servers at run time: take one out and back, let one that returns start slowly' }),
  ringBecause: z.string().optional().meta({ description: 'Why no ring tells where its keys go, though it hashes' }),
  reload: z
    .object({ keeps: z.boolean(), text: z.string(), command: z.string().optional() })
    .optional()
    .meta({ description: 'What a reload does to weights and states set at run time' }),
  tunable: z
    .object({ lines: z.string(), moves: z.string() })
    .optional()
    .meta({ description: 'Of one pool alone: the lines that would let its weights be set at run time' }),
  servers: z.array(
    z.looseObject({
      name: z.string(),
      address: z.string(),
      weightSet: z.number(),
      weightEffective: z.number(),
      state: z.enum(['up', 'down', 'drain', 'maint']),
      shareExpected: share,
      shareSeen: share,
      sessions: measured,
      queue: measured,
      requestsPerSecond: measured,
      errorRatio: measured,
      responseSeconds: measured,
    }),
  ),
  requestsPerSecond: measured,
  responseSeconds: measured,
  errorRatio: measured,
  imbalance: measured.meta({ description: 'max over mean of share seen against share expected' }),
})
export const series = z.object({
  series: z.array(
    z.object({
      metric: z.string(),
      labels,
      points: z.array(z.tuple([z.number(), z.number().nullable()])).meta({ description: '[epoch ms, value]; a gap is null or no point' }),
    }),
  ),
})
export const metrics = page(z.object({ metric: z.string(), labels: z.array(labels) }))

const key = { key: z.string(), target: z.string(), at: iso }
export const hotKey = noun('HotKey', "A key's part of its target's reads", {
  ...key,
  share: z.number(),
  low: z.number(),
  high: z.number(),
  perSecond: z.number(),
  method: z.enum(['monitor', 'hotkeys', 'lfu', 'access-log']),
  clients: z.array(z.object({ address: z.string(), share: z.number() })).optional(),
})
export const bigKey = noun('BigKey', 'A large key', { ...key, type: z.string(), bytes: z.number() })
export const keyPattern = noun('KeyPattern', 'Keys that share a prefix', {
  target: z.string(),
  pattern: z.string(),
  share: z.number(),
  low: z.number(),
  high: z.number(),
  bytesMean: z.number(),
  ttlMsMedian: z.number().nullable(),
  at: iso,
})
export const slow = noun('SlowEntry', 'An entry of a slow log', {
  target: z.string(),
  id: z.string(),
  at: iso,
  durationUs: z.number(),
  command: z.array(z.string()),
})

const follower = z.object({ name: z.string(), version: z.number(), seenAt: iso, fresh: z.boolean() })
export const ring = noun('Ring', 'A hash ring that applications hold', {
  name: z.string(),
  algorithm: z.enum(RING_ALGORITHMS),
  version: z.number(),
  nodes: z.array(
    z.looseObject({
      name: z.string(),
      points: z.number().nullable(),
      weight: z.number().nullable(),
      shareOwned: z.number(),
      shareSeen: share,
    }),
  ),
  imbalance: measured.meta({ description: 'max over mean of the share seen' }),
  imbalanceOwned: z.number(),
  followers: z.array(follower),
})
const ringNode = z.looseObject({
  name: z.string(),
  address: z.string().optional(),
  weight: z.number().optional(),
  points: z.number().optional(),
})
export const ringSpec = z
  .looseObject({ algorithm: z.enum(RING_ALGORITHMS), nodes: z.array(ringNode), options: anything.optional() })
  .meta({ id: 'RingSpec', description: "A ring as its program's configuration describes it" })
const shares = z.object({ shares: z.record(z.string(), z.number()) })
const owners = z.array(z.string().nullable())
export const ringAnswer = noun('RingAnswer', 'Exact shares, and which keys change hands', {
  before: shares,
  after: shares.optional(),
  moved: z.number().optional(),
  movedBetween: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), share: z.number() })).optional(),
  owners: z.object({ before: owners, after: owners.optional() }).optional(),
})
export const ringTexts = z.object({
  texts: z.array(
    noun('ProductText', 'A piece of configuration, where it belongs; or why it cannot be written', {
      product: z.string(),
      title: z.string(),
      text: z.string().optional(),
      because: z.string().optional(),
    }),
  ),
})
export const ttl = noun('TtlPolicy', 'How long keys live', {
  name: z.string(),
  match: z.string(),
  ttlMs: z.number(),
  jitter: z.number(),
  version: z.number(),
  followers: z.array(follower),
})

export const finding = noun('Finding', 'A problem that held', {
  id: z.string(),
  rule: z.string(),
  severity,
  state: z.enum(['pending', 'firing', 'resolved']),
  subject: labels,
  summary: z.string(),
  evidence: z.array(
    z.looseObject({ metric: z.string(), where: labels, label: z.string(), value: z.number(), unit, from: z.number(), to: z.number() }),
  ),
  since: iso,
  resolvedAt: iso.optional(),
  title: z.string(),
  why: z.string(),
  proposals: z.array(z.string()),
  silencedBy: z.array(z.string()),
})
export const setting = z.strictObject({ target: z.string().min(1).max(300), name: z.string().min(1).max(1000) })
const stepShape = z.object({ setting: z.object({ target: z.string(), name: z.string() }), before: z.string(), after: z.string() })
const prediction = z.looseObject({
  metric: z.string(),
  where: labels,
  unit,
  before: z.number(),
  after: z.number(),
  low: z.number(),
  high: z.number(),
  basis: z.string(),
})
const guard = z.looseObject({
  metric: z.string(),
  where: labels,
  unit,
  op: z.enum(['>', '<']),
  limit: z.number(),
  forMs: z.number(),
  why: z.string(),
})
export const proposal = noun('Proposal', 'What could be done, with the effect it predicts', {
  id: z.string(),
  finding: z.string(),
  advisor: z.string(),
  steps: z.array(stepShape),
  because: z.string(),
  prediction: prediction.nullable(),
  guards: z.array(guard),
  risk: z.enum(['low', 'medium', 'high']),
  commands: z.array(z.string()),
  state: z.enum(['open', 'superseded', 'applied', 'withdrawn']),
  createdAt: iso,
  reversal: z.enum(['exact', 'lossy', 'none']),
  heldUntil: iso.optional().meta({ description: 'Superseded by nearly the same values, and still applicable until then' }),
  disabledBecause: z.string().optional(),
})
export const applied = z
  .object({
    change: z.string().nullable().meta({ description: 'null for a dry run' }),
    steps: z.array(stepShape),
    commands: z.array(z.string()),
  })
  .meta({ id: 'Applied' })
export const change = noun('Change', 'What was done, and what it did', {
  id: z.string(),
  state: z.enum(['applying', 'watching', 'kept', 'rolled_back', 'failed']),
  steps: z.array(stepShape),
  because: z.string(),
  by: z.string(),
  at: iso,
  prediction: prediction.nullable(),
  measured: z.object({ before: z.number(), after: z.number(), low: z.number(), high: z.number() }).nullable(),
  verdict: z.enum(['improved', 'no_effect', 'regressed', 'unjudged']).nullable(),
  seenTo: z.string().optional().meta({ description: 'Who has seen to what it left open when it failed' }),
  job: z.string().optional().meta({ description: 'The id of the long work that writes its steps' }),
  slowStart: z
    .looseObject({ stage: z.number(), of: z.number(), done: z.boolean(), nextAt: iso.optional() })
    .optional()
    .meta({ description: 'Servers that come back get their weight in stages; the one that stands, from 1' }),
  lasting: z.array(z.string()).optional().meta({ description: 'How to make it outlive a reload, a text a server; of one change alone' }),
  undo: z
    .array(z.string())
    .optional()
    .meta({ description: 'Commands that put it back by hand, where it was found in flight in observe mode' }),
  finish: z.array(z.string()).optional().meta({ description: 'Commands that bring the rest of it about, where it was left half-way so' }),
  journal: z.array(z.looseObject({ at: iso, what: z.string(), text: z.string() })),
})
export const job = noun('Job', 'Long work of a change', {
  id: z.string(),
  change: z.string(),
  title: z.string(),
  state: z.enum(['running', 'paused', 'done', 'cancelled', 'failed']),
  done: z.number().meta({ description: 'Items written' }),
  total: z.number().nullable().meta({ description: 'How many it will be, as far as that can be told by now' }),
  rate: z.number().meta({ description: 'Items a second' }),
  undoRecorded: z.number().meta({ description: 'Items whose undo is in the store' }),
  left: z.number().meta({ description: 'Items that somebody else changed in the moment of the write' }),
  waiting: z.string().optional().meta({ description: 'Why it does nothing just now, though it runs' }),
  because: z.string().optional().meta({ description: 'Why it failed' }),
})
export const incident = noun('Incident', 'Findings of one cause', {
  id: z.string(),
  state: z.enum(['firing', 'resolved']),
  since: iso,
  resolvedAt: iso.optional(),
  severity,
  summary: z.string(),
  findings: z.array(finding),
  changes: z.array(z.string()),
  timeline: z.array(z.object({ at: iso, what: z.string(), text: z.string() })),
})

export const silence = noun('Silence', 'Muted by a person', {
  id: z.string(),
  match: labels,
  from: iso,
  until: iso,
  by: z.string(),
  reason: z.string(),
  active: z.boolean(),
})
export const delivery = noun('Delivery', "A notice's fate", {
  id: z.string(),
  receiver: z.string(),
  channel: z.string(),
  at: iso,
  findings: z.array(z.string()),
  status: z.enum(['firing', 'resolved', 'test']),
  state: z.enum(['queued', 'delivered', 'failed']),
  attempts: z.number(),
  answer: z.string().optional(),
})
export const receiver = z.object({ name: z.string(), channels: z.array(z.string()) })

export const rule = noun('Rule', 'A detector with its thresholds and what it says now', {
  id: z.string(),
  title: z.string(),
  why: z.string(),
  settings: anything,
  defaults: anything,
  enabled: z.boolean(),
  now: z.object({ found: z.number(), clear: z.number(), unjudged: z.number(), because: z.array(z.string()) }),
})
export const person = z.object({ name: z.string(), role }).meta({ id: 'Person' })
export const personEntry = z.object({
  name: z.string(),
  role,
  createdAt: iso,
  by: z.string(),
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
})
export const invitation = z.object({ link: z.string(), until: iso })
export const token = z.object({
  id: z.string(),
  name: z.string(),
  role,
  present: role
    .nullable()
    .meta({ description: 'What it can do now: at most what its owner may. Null: it has ended, or its owner is gone' }),
  createdAt: iso,
  until: iso.meta({ description: 'When it ends' }),
  by: z.string(),
  owner: z.string().nullable().meta({ description: 'Who answers for it; it ends with them' }),
  usedAt: iso.nullable().meta({ description: 'Its last use, within a minute' }),
})
export const newToken = token.extend({ token: z.string().meta({ description: 'Shown once, kept nowhere' }) })
const ownSession = z.object({
  id: z.string(),
  createdAt: iso,
  usedAt: iso,
  from: z.string().nullable(),
  agent: z.string(),
  here: z.boolean(),
})
const passkey = z.object({ id: z.string(), name: z.string(), createdAt: iso, usedAt: iso.nullable() })
export const account = z
  .object({
    name: z.string(),
    role,
    local: z.boolean().meta({ description: 'Whether there is a password and a second factor of ours' }),
    hasPassword: z.boolean(),
    codes: z.boolean().meta({ description: 'One-time codes are set up' }),
    passkeys: z.array(passkey),
    passkeysUnavailable: z.string().nullable(),
    recoveryLeft: z.number(),
    required: z.boolean().meta({ description: 'A second factor is required here' }),
    askPresent: z.boolean().meta({ description: 'Changes to the account need the present password' }),
    sessions: z.array(ownSession),
    tokens: z.array(token),
  })
  .meta({ id: 'Account' })
export const enrolment = z.object({
  uri: z.string(),
  secret: z.string(),
  qr: z.string().meta({ description: 'SVG' }),
  pending: z.string(),
})
export const recovery = z.object({
  recovery: z.array(z.string()).nullable().meta({ description: 'Recovery codes, shown once; null: those from before stay' }),
})
export const challenge = z.object({ options: anything, pending: z.string() })
export const overview = z.looseObject({ at: iso, mode, needs: z.number() }).meta({ id: 'Overview' })
export const frame = z.looseObject({ mode, person: person.nullable(), version: z.string() }).meta({ id: 'Frame' })
export const drill = z
  .object({
    name: z.string(),
    title: z.string(),
    does: z.string(),
    lookFor: z.string(),
    rule: z.string(),
    lastsSeconds: z.number(),
    state: z.enum(['ready', 'running', 'ending']),
    endsAt: iso.optional(),
  })
  .meta({ id: 'Drill' })
export const problem = z
  .object({ type: z.string(), title: z.string(), status: z.number(), code: z.string(), detail: z.string() })
  .meta({ id: 'Problem', description: 'RFC 9457; `code` is one of a closed list' })

export const auditEntry = noun(
  'AuditEntry',
  'An entry of the audit log; `hash` is the SHA-256 of its canonical JSON (RFC 8785) without `hash`',
  {
    seq: z.number(),
    at: iso,
    what: z.enum(AUDIT_KINDS),
    by: z.string().nullable(),
    how: z.string().meta({ description: 'person, anonymous, evenkeel, or token:ID' }),
    from: z.string().nullable().meta({ description: 'The address that it came from' }),
    about: z.string(),
    outcome: z.enum(AUDIT_OUTCOMES),
    detail: labels,
    prev: z.string(),
    hash: z.string(),
  },
)
export const audit = page(auditEntry).extend({
  head: z.object({ seq: z.number(), hash: z.string() }).meta({ description: 'The newest entry' }),
  unsaved: z.object({ entries: z.number(), because: z.string().nullable() }).meta({ description: 'What is held in memory, and why' }),
})
