import type { TargetStatus } from '../lib/engine/target.ts'
import type { Annotation } from '../lib/model/annotation.ts'
import type { Approval } from '../lib/model/approval.ts'
import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Course } from '../lib/model/group.ts'
import type { Job } from '../lib/model/job.ts'
import type { LoadResults } from '../lib/model/loadResult.ts'
import type { Delivery, Silence } from '../lib/model/notice.ts'
import type { Guard, Prediction, Proposal, Step } from '../lib/model/proposal.ts'
import type { NewRecord } from '../lib/model/record.ts'
import type { Committed } from '../lib/model/repository.ts'
import type { RingSpec } from '../lib/model/ring.ts'
import type { Pool, Ring, TargetFacts, TtlPolicy } from '../lib/model/topology.ts'
import type { WarmRun } from '../lib/model/warming.ts'

/** With every member that it can have: one that is added to the type has to be added here. */
type Whole<T> = T extends readonly unknown[]
  ? { [K in keyof T]: Whole<T[K]> }
  : T extends object
    ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T

/** Now: what is kept is dropped for its age. */
export const AT = Date.now()
const control = { target: 'cache-a', key: 'evenkeel:document' }
const followers = [{ name: 'shop', version: 3, seenAt: AT - 1_000 }]

/** Its options are each algorithm's own. */
const spec: Whole<Omit<RingSpec, 'options'>> & Pick<RingSpec, 'options'> = {
  algorithm: 'ketama',
  nodes: ['cache-a', 'cache-b'].map((name, index) => ({
    name,
    address: `10.0.0.${index}:6379`,
    label: name,
    id: index + 1,
    weight: 1,
    points: 100,
    state: 'up',
    slots: [[index * 8192, index * 8192 + 8191]],
  })),
  options: { hash: 'md5', hashTag: '{}' },
}
/** What `ketama` takes of all that: parsed when its shares are computed. */
const plainSpec: RingSpec = { algorithm: 'ketama', nodes: [{ name: 'cache-a' }, { name: 'cache-b' }] }

export const facts: Whole<TargetFacts>[] = (['edge', 'cache-a', 'cache-b'] as const).map((name) => ({
  name,
  kind: name === 'edge' ? 'haproxy' : 'redis',
  can: {
    memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 },
    slabs: 'config/slab_automove',
    eviction: { policy: 'p', samples: 's' },
    references: true,
    slowLog: true,
    replicas: true,
    documents: true,
    retime: true,
    bursts: 'commands in bursts',
    countsEndsLate: true,
    alone: true,
  },
  role: 'cache',
  labels: { team: 'shop' },
  host: '10.0.0.1',
  state: 'up',
  since: AT,
  error: 'it was slow',
  version: '8.2.1',
  runId: 'f00',
  cluster: {
    id: 'c1',
    slots: 8192,
    node: 'n',
    address: '10.0.0.1:6379',
    open: [{ slot: 1, way: 'migrating' as const, node: 'm', address: '10.0.0.2:6379', ms: 5 }],
  },
  replication: { id: 'r1', role: 'primary' },
  resolution: { everyMs: 60_000, lateMs: 120_000 },
  services: [{ name: 'shop/edge', members: [{ host: '10.0.0.1', ready: true }] }],
  left: { servers: { left: 1, of: 2 }, pools: { left: 1, of: 2 }, names: ['other'] },
  capabilities: [{ feature: 'keys', available: false, because: 'the command is hidden' }],
}))

export const statuses: Whole<TargetStatus>[] = facts.map(({ name, kind, role, labels, state, error }) => ({
  name,
  kind,
  role,
  labels,
  title: 'A server',
  address: '10.0.0.1:6379',
  state,
  stateSince: AT,
  error,
  lastPollAt: AT,
  pollMs: 1.5,
  failures: 0,
  nextPollAt: AT + 1_000,
  probes: [
    { id: 'info', feature: 'stats', everyMs: 1_000, cost: '0.1 ms', lastAt: AT, lastMs: 1.2, state: 'ok', because: 'as configured' },
  ],
  // The first stands for the others.
  through: facts[0]!.name,
}))

/** What its product, and the journal, say for rules, advisors and changes alone is not answered. */
type Unanswered = 'lasting' | 'tunable' | 'consistent' | 'held'
export const pool: Whole<Omit<Pool, 'ring' | Unanswered>> & Pick<Pool, Unanswered> & { ring: RingSpec } = {
  target: 'edge',
  name: 'app',
  algorithm: 'roundrobin',
  balances: 'weight',
  fixedWeights: true,
  can: {
    weight: { because: 'it is a map', asCode: true },
    state: true,
    slowStart: { because: 'each stage would be a reload', asCode: true },
    limit: true,
  },
  tunable: { lines: 'balance roundrobin' },
  consistent: { advice: 'hash-type consistent' },
  lasting: { because: 'a reload reads the file', section: 'backend app', line: 'server app1' },
  firstBackupOnly: true,
  ttlMs: 60_000,
  weightMax: 256,
  sticky: 'cookie SRV',
  unstick: { sooner: 'cookie SRV insert maxlife 8h', hash: 'balance source' },
  ring: spec,
  ringBecause: 'its configuration cannot be read',
  unknown: ['a use-server rule chooses the server'],
  reload: { keeps: false, text: 'weights are lost', command: 'show servers state' },
  admission: {
    limits: [{ text: 'maxconn 100 on one of its 2 servers', nominal: 'the other one has none' }],
    because: 'the file cannot be read',
    wanted: { where: 'backend app', line: 'server app1 … maxconn LIMIT' },
  },
  retries: { more: 3, atOnce: 10, budget: 0.2, text: '`retries 3`, `retry-on 503`' },
  passiveChecks: ['Outlier detection looks each 10 s.'],
  serversLeft: 2,
  serversBecause: 'Lua chooses the server',
  servers: ['app1', 'app2'].map((name, index) => ({
    name,
    address: `10.0.1.${index}:80`,
    id: index + 1,
    weightSet: 100,
    weightEffective: 100,
    state: 'up',
    backup: false,
    weightFile: 100,
    weightInitial: 100,
    fileLine: { where: 'haproxy.cfg:12', now: `server ${name}`, wanted: `server ${name} weight 90`, notes: ['a note'] },
    slowstart: false,
    detectMs: 6_000,
    downBecause: 'ejected by outlier detection',
    returns: { setting: `backend/${name}/state`, after: 'auto', words: 'its probe decides again' },
    otherWriter: 'an agent check',
  })),
}
export const otherPool: typeof pool = {
  ...pool,
  name: 'api',
  ring: {
    algorithm: 'envoy-maglev',
    nodes: pool.servers.map(({ name, address }) => ({ name, address })),
    options: { tableSize: 101, hashBalanceFactor: 120 },
  },
  can: {
    weight: true,
    state: { because: 'it has no socket', asCode: true },
    slowStart: true,
    limit: { because: 'it has no socket', asCode: true },
  },
}
export const ring: Whole<Omit<Ring, 'spec'>> & { spec: RingSpec } = {
  name: 'products',
  spec: plainSpec,
  version: 3,
  control,
  nodes: ['cache-a', 'cache-b'].map((name) => ({ name, target: name, address: '10.0.0.1:6379', points: 100, weight: 1 })),
  followers,
  followersExpected: 1,
  error: 'its document cannot be read',
}
export const ttl: Whole<TtlPolicy> = {
  name: 'sessions',
  match: 'session:*',
  ttlMs: 60_000,
  jitter: 0.1,
  version: 2,
  control,
  followers,
  followersExpected: 1,
  error: 'its document cannot be read',
}

const where = { target: 'edge', pool: 'app', server: 'app1' }
export const finding: Whole<Finding> = {
  id: 'f1',
  rule: 'balancer/slow-server',
  severity: 'warning',
  state: 'firing',
  subject: where,
  labels: { team: 'shop' },
  summary: 'app1 is slow',
  evidence: [
    {
      metric: 'pool_response_seconds',
      where,
      label: 'mean response of app1',
      value: 0.2,
      unit: 'seconds',
      low: 0.1,
      high: 0.3,
      baseline: 0.05,
      threshold: 0.1,
      from: AT - 60_000,
      to: AT,
      method: 'mean of 1,024 requests',
    },
  ],
  ttlMs: 60_000,
  since: AT - 60_000,
  firingAt: AT - 50_000,
  resolvedAt: AT,
  seenAt: AT,
  stale: 'no samples',
  acknowledged: { by: 'ada', at: AT },
  comments: [{ by: 'ada', at: AT, text: 'known since noon' }],
  feedback: { isProblem: false, by: 'ada', at: AT },
}
export const steps: Whole<Step>[] = [{ setting: { target: 'edge', name: 'app/app1/weight' }, before: '100', after: '90' }]
const prediction: Whole<Prediction> = {
  metric: 'pool_response_seconds',
  where,
  unit: 'seconds',
  before: 0.2,
  after: 0.1,
  low: 0.05,
  high: 0.15,
  basis: '10 min',
  widened: 1.2,
  holds: true,
  event: { counter: 'cache_expirations_total', least: 100, background: 1, words: 'the load ends' },
  dip: { metric: 'pool_response_seconds', where, to: 0.3, forMs: 10_000 },
}
const guards: Whole<Guard>[] = [
  { metric: 'pool_error_ratio', where, unit: 'ratio', op: '>', limit: 0.02, forMs: 5_000, why: 'the others fail under it' },
]
const ringSteps: Whole<Step>[] = [{ setting: { target: 'ring:products', name: 'products/cache-a/points' }, before: '100', after: '90' }]
export const proposals: Whole<Proposal>[] = (['open', 'superseded', 'withdrawn'] as const).map((state, index) => ({
  id: `p${index}`,
  finding: 'f1',
  advisor: 'pool-weights',
  steps: state === 'withdrawn' ? ringSteps : steps,
  because: 'app1 is slow',
  prediction,
  unpredicted: 'nothing is known of it',
  guards,
  risk: 'low',
  riskBecause: 'a weight comes back exactly',
  commands: ['set server app/app1 weight 90'],
  patch: 'server app1 weight 90',
  patchOnly: 'the file is owned by somebody else',
  state,
  createdAt: AT,
  replaced: { by: 'p0', at: AT },
}))
const committed: Whole<Committed> = {
  branch: 'evenkeel/c0',
  commit: 'c0ffee',
  base: 'main',
  parent: 'beef',
  files: ['haproxy.cfg'],
  until: AT + 1_000,
  pullRequest: { state: 'done', output: 'opened' },
}
const { holds: _holds, event: _event, dip: _dip, ...expected } = prediction
export const changes: Whole<Change>[] = (['watching', 'kept'] as const).map((state, index) => ({
  id: `c${index}`,
  state,
  steps,
  labels: { team: 'shop' },
  because: 'app1 is slow',
  proposal: 'p0',
  finding: 'f1',
  by: 'ada',
  approvedBy: 'bob',
  approval: 'a1',
  at: AT - 30_000,
  watchFrom: AT - 20_000,
  watchUntil: AT + 20_000,
  endedAt: AT,
  reversal: 'exact',
  prediction,
  guards,
  slowStart: {
    rises: [{ setting: steps[0]!.setting, before: '0', values: ['10', '100'] }],
    stage: 0,
    writing: 1,
    everyMs: 1_000,
    nextAt: AT + 1_000,
    doneAt: AT + 2_000,
  },
  course: 'k1',
  moves: [{ of: 'pool:edge/app', share: 0.05 }],
  committed,
  returned: committed,
  job: 'j1',
  measured: { before: 0.2, after: 0.1, low: 0.05, high: 0.15 },
  baseline: { value: 0.2, low: 0.1, high: 0.3 },
  controls: [
    {
      metric: 'pool_response_seconds',
      where: { target: 'edge', pool: 'app' },
      before: { value: 0.2, low: 0.1, high: 0.3 },
      siblings: [{ where: { target: 'edge', pool: 'web' }, before: { value: 0.2, low: 0.1, high: 0.3 } }],
    },
  ],
  judged: { afterMs: 20_000, ofMs: 40_000, because: 'the evidence stands', siblings: 'siblings did not move (1 pool)' },
  rollingBack: { by: 'ada', at: AT, because: 'it was wrong', automatic: false },
  verdict: 'improved',
  outcome: 'better',
  needsPerson: 'nobody knows',
  seenTo: 'ada',
  undo: ['set server app/app1 weight 100'],
  finish: ['set server app/app1 weight 90'],
  automatic: true,
  autopilot: { rule: 'pool-weights', because: '20 of 20 judged changes lay inside their band' },
  follows: 'c1',
  drill: {
    of: 'cache-b of products',
    lastsMs: 60_000,
    expects: [{ ...expected, widened: 1.2, fromMs: 1_000, toMs: 11_000 }],
    outcomes: [
      { value: 0.1, low: 0.09, high: 0.11, inside: true },
      { inside: null, because: 'it was seen too briefly' },
    ],
  },
  journal: [{ at: AT, what: 'written', text: 'weight 90', step: steps[0]!, by: 'ada' }],
}))
export const job: Whole<Job> = {
  id: 'j1',
  change: 'c0',
  title: 'Spreads a cliff',
  state: 'running',
  done: 1,
  total: 2,
  rate: 3,
  undoRecorded: 1,
  left: 0,
  cursor: '0',
  waiting: 'the server is busy',
  because: 'it failed',
  effect: { from: AT, to: AT + 1_000 },
  settleMs: 60_000,
  undoableUntil: AT + 1_000,
}
export const guardStates = [
  {
    guard: guards[0]!,
    seen: { is: 'measured', value: 0.03, low: 0.01, high: 0.05, count: 9 },
    limit: 0.04,
    loosened: true,
    shared: 'siblings rose by 3.0 points too (2 pools)',
    breachedSince: AT,
  },
  { guard: guards[0]!, seen: { is: 'unjudged', because: 'no requests' }, limit: 0.02, loosened: false, shared: null, breachedSince: null },
] as const
const share = { value: 0.7, low: 0.6, high: 0.8 }
/** With every member; one of them could not be measured. */
export const warmRuns: Whole<WarmRun>[] = ([{ seconds: 9, inside: true, saved: share }, { because: 'it was emptied again' }] as const).map(
  (measured, index) => ({
    id: `w${index}`,
    target: 'cache-a',
    by: 'Evenkeel',
    findings: ['f1'],
    emptiedAt: AT - 15_000,
    at: AT - 10_000,
    state: 'ended',
    keys: 100,
    namedAt: AT - 60_000,
    covers: share,
    perSecond: 10,
    batch: 5,
    next: 100,
    taken: 95,
    refused: 5,
    filled: 90,
    calls: 21,
    failuresInRow: 0,
    newest: { at: AT - 1_000, taken: true, answer: 'HTTP 204' },
    held: 'Changes are frozen.',
    notBefore: AT,
    endedAt: AT,
    end: 'stopped',
    because: 'Stopped by ada.',
    stoppedBy: 'ada',
    ratioBefore: 0.9,
    expects: { withHook: { ...share, widened: 1.5 }, without: share, hitsPerSecond: share, keys: 1_000 },
    unpredicted: 'how many keys it held is not reported',
    measured,
  }),
) as unknown as Whole<WarmRun>[]
export const silence: Whole<Silence> = {
  id: 's1',
  match: { rule: 'x' },
  matchers: [{ label: 'target', op: '=~', value: 'cache-.*' }],
  from: AT,
  until: AT + 1_000,
  by: 'ada',
  reason: 'known',
}
export const course: Whole<Course> = {
  id: 'k1',
  group: 'lbs',
  order: ['edge', 'edge2'],
  state: 'running',
  steps: [{ name: 'app/app1/weight', after: '90' }],
  because: 'app1 is slow',
  proposal: 'p0',
  finding: 'f1',
  prediction,
  guards,
  by: 'ada',
  approvedBy: 'bob',
  approval: 'a1',
  at: AT,
  continuedBy: 'bob',
  endedAt: AT,
  outcome: 'Stopped',
}
export const approval: Whole<Approval> = {
  id: 'a1',
  state: 'approved',
  subject: { proposal: 'p0', group: true },
  steps,
  because: 'app1 is slow',
  risk: 'high',
  riskBecause: 'it does not come back',
  commands: ['set server app/app1 weight 90'],
  by: 'ada',
  byId: 'id-ada',
  at: AT,
  until: AT + 1_000,
  decidedBy: 'bob',
  decidedAt: AT,
  reason: 'it is 3',
  change: 'c0',
}
const loadFigures = { requests: 60, failures: 1, perSecond: 1, times: { mean: 0.1, p50: 0.1, p90: 0.1, p95: 0.2, p99: 0.3, max: 0.4 } }
export const annotation: Whole<Annotation> = {
  id: '1',
  time: AT - 60_000,
  timeEnd: AT - 30_000,
  tags: ['load-test'],
  text: 'checkout',
  by: 'ci',
  createdAt: AT,
  updatedAt: AT,
}
export const loadResults: Whole<LoadResults> = {
  id: '1',
  results: [
    {
      tool: 'locust',
      format: 'stats.csv',
      counts: 'requests',
      from: AT - 60_000,
      to: AT,
      seconds: 60,
      usersMax: 5,
      all: loadFigures,
      checks: { passes: 1, fails: 1 },
      thresholds: [{ metric: 'http_reqs', expression: 'rate>1', passed: true }],
      parts: [{ name: 'GET /', ...loadFigures }],
      course: [{ at: AT, users: 5, perSecond: 1, failuresPerSecond: 0.1, p95: 0.2 }],
      attachedAt: AT,
      attachedBy: 'ci',
    },
  ],
}
export const delivery: Whole<Delivery> = {
  id: 'd1',
  receiver: 'hook',
  channel: 'webhook',
  at: AT,
  findings: ['f1'],
  status: 'firing',
  state: 'queued',
  attempts: 1,
  nextAt: AT + 1_000,
  answer: '503',
  pausedUntil: AT + 1_000,
  reached: ['f1'],
}
export const records: Whole<NewRecord>[] = [
  { kind: 'raw', id: 'info', at: AT, text: 'redis_version:8.2.1' },
  { kind: 'fact', id: 'version', at: AT, value: '8.2.1' },
  { kind: 'latency', id: 'fork', at: AT, event: 'fork', latestMs: 1, maxMs: 2 },
  {
    kind: 'slow',
    id: '1',
    at: AT,
    durationUs: 12_000,
    command: ['GET', 'a'],
    fingerprint: 'GET a',
    client: '10.0.0.9:1',
    clientName: 'shop',
  },
  {
    kind: 'large',
    id: 'large-reply-1-1',
    at: AT,
    log: 'large-reply',
    bytes: 2_000_000,
    fingerprint: 'GET a',
    key: 'a',
    client: '10.0.0.9:1',
    clientName: 'shop',
  },
  {
    kind: 'hot-key',
    id: 'a',
    at: AT,
    key: 'a',
    share: 0.2,
    low: 0.1,
    high: 0.3,
    perSecond: 20,
    method: 'monitor',
    lines: 100,
    clients: [{ address: '10.0.0.9', share: 1 }],
    measure: 'cpu-time',
    bytesPerSecond: 2_000,
    heardMs: 15_000,
    hot: true,
  },
  {
    kind: 'key-sampling',
    id: 'hot 1',
    at: AT - 60_000,
    what: 'hot',
    method: 'monitor',
    rows: [{ name: 'a', share: 0.2, low: 0.1, high: 0.3, perSecond: 20 }],
  },
  { kind: 'big-key', id: 'b', at: AT, key: 'b', type: 'string', bytes: 1_000_000 },
  {
    kind: 'key-pattern',
    id: 'p:*',
    at: AT,
    pattern: 'p:*',
    share: 0.5,
    low: 0.4,
    high: 0.6,
    bytesMean: 100,
    ttlMsMedian: 60_000,
    sampled: 50,
    of: 100,
    keys: 1_000,
    bytesLow: 90,
    bytesHigh: 110,
    sizes: 40,
    ttlCounts: [0, 50, 0, 0, 0, 0],
    types: [['string', 9]],
    idleSecondsMedian: 30,
    idles: 9,
    biggest: [{ key: 'p:1', type: 'string', bytes: 900 }],
  },
]
