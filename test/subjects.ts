import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Change } from '../lib/model/change.ts'
import type { ControlConfig } from '../lib/model/control.ts'
import { durationText } from '../lib/model/duration.ts'
import { expiryName, type Span, spanText } from '../lib/model/expiry.ts'
import type { TargetConfig } from '../lib/model/product.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import type { SettingText } from '../lib/model/setting.ts'
import { envoyConfig } from '../lib/products/envoy/client.ts'
import { memcachedConfig } from '../lib/products/memcached/config.ts'
import { nginxConfig } from '../lib/products/nginx/config.ts'
import { type Command, createRedisClient, type RedisClient } from '../lib/products/redis/client.ts'
import { twemproxyConfig } from '../lib/products/twemproxy/client.ts'
import { freePort } from './daemon.ts'
import { FakeEnvoy } from './fakeEnvoy.ts'
import type { KillableEvenkeel } from './killableEvenkeel.ts'
import { ask, startHaproxy, startMemcached, startNginx, startRedis } from './servers.ts'
import { slowLine } from './slowLine.ts'

const run = promisify(execFile)
const never = new AbortController().signal

type Values = string[]

/** A thing that changes are made to, and that the test reads without Evenkeel. */
export interface Subject {
  name: string
  /** In how many of a hundred rounds it takes part: a change that restarts a server takes seconds. */
  often: number
  /** Whether some of its changes are written stage by stage. */
  rises?: boolean
  /** About how long one write takes. */
  writeMs: number
  owns(change: Change): boolean
  /** Its live value, read from the real server. */
  holds(): Promise<Values>
  /** Starts a change to another value than the live one; resolves to its id once it is applied. */
  begin(evenkeel: KillableEvenkeel): Promise<string>
  /** Faults: the real server compared with the change that has ended since, or with its value before. */
  verify(ended: Change | null): Promise<string[]>
}

type Switch = {
  name: string
  often?: number
  rises?: boolean
  writeMs?: number
  settings: SettingText[]
  /** The two sets of values that it alternates between. */
  between: [Values, Values]
  /** What the real server holds, in the order of `settings`; what belongs to it comes after. */
  holds(): Promise<Values>
  /** Other things that must be so once nothing is in flight; sentences about what is not. */
  alsoWrong?(ended: Change | null): Promise<string[]>
}

/** Settings that alternate between two values. */
function switched({ name, often = 85, rises, writeMs = 8 * LINE_MS, settings, between, holds, alsoWrong }: Switch): Subject {
  let held: Values | null = null
  return {
    name,
    often,
    rises,
    writeMs,
    holds,
    owns: ({ steps }) => steps.some(({ setting }) => setting.target === settings[0]!.target && setting.name === settings[0]!.name),
    async begin(evenkeel) {
      held ??= await holds()
      const next = between.find((values) => values[0] !== held![0])!
      const steps = settings.map((setting, i) => ({ setting, after: next[i]! }))
      return (await evenkeel.ask<{ change: string }>('create', { steps })).change
    },
    async verify(ended) {
      const live = await holds()
      const before = held ?? live
      const wanted = settings.map(({ target, name }, i) => {
        const step = ended?.steps.find(({ setting }) => setting.target === target && setting.name === name)
        return step ? (ended!.state === 'kept' ? step.after : step.before) : before[i]!
      })
      held = live
      const wrong = settings.flatMap(({ target, name }, i) =>
        live[i] === wanted[i] ? [] : [`${name} on ${target} is ${live[i]}, not ${wanted[i]}`],
      )
      return [...wrong, ...((await alsoWrong?.(ended)) ?? [])]
    },
  }
}

/** No temporary file of a write that was cut short stays beside the real one. */
async function leftovers(file: string): Promise<string[]> {
  const names = await readdir(dirname(file))
  return names.filter((name) => name.endsWith('.evenkeel-new') || /test|-new/.test(name)).map((name) => `${name} was left behind`)
}

const text = (url: string) =>
  new Promise<string>((resolve, reject) => {
    get(url, { agent: false }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve(body))
    }).on('error', reject)
  })

/** One way to a server and back takes twice as long. */
const LINE_MS = 10

const JOB_KEYS = 3_000
const GLOB = 'promo:*'

/** Keys that end together on a Redis of their own; a job spreads them. */
function spreading(client: RedisClient, target: string): Subject {
  let ends: number[] = []
  let span: Span = { from: 0, to: 0 }
  let after: Span = { from: 0, to: 0 }
  let round = 0
  const keys = Array.from({ length: JOB_KEYS }, (_, i) => `promo:${i}`)
  const now = () =>
    client.pipeline(
      keys.map((key): Command => ['PEXPIRETIME', key]),
      never,
    ) as Promise<number[]>
  async function fill() {
    const at = Math.ceil(Date.now() / 1_000 + 600 + round++) * 1_000
    ends = keys.map((_, i) => at + (i % 1_000))
    span = { from: at - 1_000, to: at + 2_000 }
    after = { from: span.to - 300_000, to: span.to }
    await client.pipeline(
      keys.map((key, i): Command => ['SET', key, `value ${i}`, 'PXAT', ends[i]!]),
      never,
    )
  }
  return {
    name: 'spreading of keys (a job)',
    often: 60,
    // A slice of it.
    writeMs: 150,
    holds: async () => (await now()).map(String),
    owns: ({ steps }) => steps.some(({ setting }) => setting.target === target),
    async begin(evenkeel) {
      await fill()
      const id = `spread-${round}`
      const proposal: Proposal = {
        id,
        finding: 'f',
        advisor: 'expiry-spread',
        steps: [{ setting: { target, name: expiryName(span, GLOB) }, before: spanText(span), after: spanText(after) }],
        because: 'a test',
        prediction: null,
        guards: [],
        risk: 'low',
        riskBecause: '',
        commands: [],
        state: 'open',
        createdAt: Date.now(),
      }
      return (await evenkeel.ask<{ change: string }>('apply', { proposal })).change
    },
    async verify(ended) {
      if (ends.length === 0) return []
      const live = await now()
      const kept = ended?.state === 'kept'
      const wrong = live.filter((end, i) => end !== ends[i] && !(kept && end >= after.from && end < ends[i]!))
      ends = live
      return wrong.length === 0
        ? []
        : [`${wrong.length} of ${JOB_KEYS} keys end at another time than ${kept ? 'kept' : 'put back'} ones may`]
    },
  }
}

/** Every kind of change on real servers (a stand-in for Envoy): targets for Evenkeel, subjects, and what to dispose of. */
export async function startSubjects(): Promise<{ targets: TargetConfig[]; subjects: Subject[] } & AsyncDisposable> {
  const stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'ek-kill-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  const folder = async (name: string) => {
    await mkdir(join(dir, name))
    return join(dir, name)
  }

  const haproxy = stack.use(
    await startHaproxy({
      cfg: ([port]) => {
        const pool = (name: string) =>
          `backend ${name}\n  balance roundrobin\n  server a 127.0.0.1:${port} weight 100\n  server b 127.0.0.1:${port} weight 100\n`
        return `defaults\n  mode http\n  timeout client 5s\n  timeout connect 1s\n  timeout server 5s\nfrontend web\n  bind 127.0.0.1:${port}\n  default_backend app\n${pool('app')}${pool('back')}${pool('pair')}`
      },
    }),
  )
  const say = (line: string) => ask(haproxy.about.socket, `${line}\n`)
  const weightOf = async (server: string) => /^(\d+)/.exec(await say(`get weight ${server}`))?.[1] ?? '?'
  const stateOf = async () => {
    const row = (await say('show servers state back')).split('\n').find((line) => line.split(' ')[3] === 'a')
    return row?.split(' ')[6] === '0' ? 'ready' : 'maint'
  }
  await say('set server back/a state maint')

  const upstream = join(await folder('nginx'), 'app.conf')
  const [one, two] = await Promise.all([freePort(), freePort()])
  await writeFile(upstream, `server 127.0.0.1:${one} weight=3;\nserver 127.0.0.1:${two};\n`)
  const nginx = stack.use(
    await startNginx({
      http: `upstream app { include ${upstream}; }
  server { listen 127.0.0.1:${one}; location / { return 200 one; } }
  server { listen 127.0.0.1:${two}; location / { return 200 two; } }`,
      server: 'location / { proxy_pass http://app; }',
    }),
  )
  const web = nginxConfig.parse({
    kind: 'nginx',
    name: 'web',
    status: nginx.about.statusUrl,
    pid: nginx.about.pidFile,
    upstreams: { app: { file: upstream } },
    test: ['nginx', '-p', nginx.dir, '-c', nginx.about.config, '-e', join(nginx.dir, 'error.log'), '-t', '-q'],
  })

  const eds = join(await folder('envoy'), 'eds.json')
  await writeFile(eds, await readFile(new URL('../lib/products/envoy/fixtures/envoy-eds-file.CONSTRUCTED.json', import.meta.url), 'utf8'))
  const mesh = await new FakeEnvoy({ cluster: 'cache_pool', source: { file: eds } }).start()
  stack.use(mesh)

  const proxyDir = await folder('twemproxy')
  const proxyFile = join(proxyDir, 'nutcracker.yml')
  const [listen, stats] = await Promise.all([freePort(), freePort()])
  await writeFile(
    proxyFile,
    `cache:\n  listen: 127.0.0.1:${listen}\n  hash: md5\n  distribution: ketama\n  servers:\n    - 127.0.0.1:1:1 a\n    - 127.0.0.1:2:1 b\n`,
  )
  const pid = join(dir, 'nutcracker.pid')
  const script = join(dir, 'restart.sh')
  // As a service manager would: one restart after the other, also when whoever asked for the first is gone.
  await writeFile(
    script,
    `exec 9>${join(dir, 'restart.lock')}; flock 9
if [ -f ${pid} ]; then p=$(cat ${pid}); kill $p; while kill -0 $p 2>/dev/null; do sleep 0.02; done; fi
nutcracker -d -c ${proxyFile} -p ${pid} -s ${stats} -a 127.0.0.1 -i 100 -o ${join(dir, 'nutcracker.log')} 9>&-
while [ ! -s ${pid} ]; do sleep 0.02; done\n`,
  )
  await run('sh', [script])
  stack.defer(async () => void process.kill(Number(await readFile(pid, 'utf8')), 'SIGTERM'))
  const proxy = twemproxyConfig.parse({ kind: 'twemproxy', name: 'proxy', stats: `tcp://127.0.0.1:${stats}`, config: proxyFile, restart: ['sh', script] }) // biome-ignore format: one line

  const cache = stack.use(await startRedis({ config: ['maxmemory 50mb', 'hz 10'] }))
  const jobs = stack.use(await startRedis())
  const client = createRedisClient({ url: cache.about.url })
  const jobClient = createRedisClient({ url: jobs.about.url })
  stack.defer(() => client.close())
  stack.defer(() => jobClient.close())
  const call = (...command: Command) => client.call(command, never)
  const configGet = async (name: string) => ((await call('CONFIG', 'GET', name)) as string[])[1]!
  const sets = async () => Number(/cmdstat_config\|set:calls=(\d+)/.exec(String(await call('INFO', 'commandstats')))?.[1] ?? 0)

  const [first, second] = [stack.use(await startMemcached({ megabytes: 64 })), stack.use(await startMemcached({ megabytes: 64 }))]
  const limitOf = async (address: number) => /^STAT limit_maxbytes (\d+)/m.exec(await ask(address, 'stats\r\nquit\r\n'))?.[1] ?? '?'
  const MIB = 1_048_576

  const far = async (port: number) => stack.use(await slowLine(port, LINE_MS)).port
  const reach = { kind: 'redis', name: 'cache', url: `redis://127.0.0.1:${await far(cache.about.port)}`, role: 'cache' } as TargetConfig
  const nodes = ['cache-a', 'cache-b'].map((name, i) => ({ name, address: `10.0.0.${i}:6379`, points: 160 }))
  const ring: ControlConfig = { kind: 'control', name: 'ring:products', key: 'evenkeel:ring', redis: reach, ring: { name: 'products', spec: { algorithm: 'ketama', nodes: nodes as [(typeof nodes)[number]] }, nodes: nodes.map((node) => ({ ...node, target: node.name })) } } // biome-ignore format: one line
  const ttl: ControlConfig = { kind: 'control', name: 'ttl:products', key: 'evenkeel:ttl', redis: reach, ttl: { name: 'products', match: 'product:*', ttlMs: 600_000, jitter: 0.1 } } // biome-ignore format: one line
  const documentOf = async (command: Command) => JSON.parse(String((await client.call(command, never)) ?? 'null')) as { version: number; ttlMs: number; jitter: number; nodes: { name: string; points: number }[] } | null // biome-ignore format: one line
  /** A change writes a document once, and a roll-back once more: a version beyond that was written for nothing. */
  function versions(command: Command) {
    let last = 0
    return async (ended: Change | null) => {
      const version = (await documentOf(command))?.version ?? 0
      const more = version - last
      last = version
      return more <= (ended ? 2 : 0) ? [] : [`the document was written ${more} times for one change`]
    }
  }
  let setCalls = 0

  const subjects: Subject[] = [
    switched({
      name: 'HAProxy weight',
      settings: [{ target: 'edge', name: 'app/a/weight' }, { target: 'edge', name: 'app/b/weight' }], // biome-ignore format: a pair
      between: [['100', '100'], ['20', '120']], // biome-ignore format: a pair
      holds: async () => [await weightOf('app/a'), await weightOf('app/b')],
    }),
    switched({
      name: 'HAProxy state, with a slow start',
      rises: true,
      settings: [{ target: 'edge', name: 'back/a/state' }],
      between: [['maint'], ['ready']],
      holds: async () => [await stateOf(), await weightOf('back/a')],
      alsoWrong: async () => ((await weightOf('back/a')) === '100' ? [] : [`the weight of back/a stayed at ${await weightOf('back/a')}`]),
    }),
    switched({
      name: 'NGINX weight',
      writeMs: 250,
      settings: [{ target: 'web', name: `app/127.0.0.1:${one}/weight` }],
      between: [['3'], ['7']],
      holds: async () => [/weight=(\d+)/.exec(await readFile(upstream, 'utf8'))?.[1] ?? '1'],
      async alsoWrong() {
        const weight = Number(/weight=(\d+)/.exec(await readFile(upstream, 'utf8'))?.[1])
        // Whole turns of the balancer, so that the next look begins where this one did.
        let ones = 0
        for (let i = 0; i < weight + 1; i++) if ((await text(nginx.about.url)) === 'one') ones++
        const wrong = ones === weight ? [] : [`NGINX gives ${ones} of ${weight + 1} requests to the first server, its file says ${weight}`]
        return [...wrong, ...(await leftovers(upstream))]
      },
    }),
    switched({
      name: 'Envoy weight',
      writeMs: 150,
      settings: [{ target: 'mesh', name: 'cache_pool/10.0.0.1:11211/weight' }],
      between: [['5'], ['3']],
      holds: async () => [String(mesh.weights()['10.0.0.1:11211'])],
      async alsoWrong() {
        const inFile = /"load_balancing_weight": (\d+)/.exec(await readFile(eds, 'utf8'))?.[1]
        const wrong = inFile === String(mesh.weights()['10.0.0.1:11211']) ? [] : [`the EDS file says ${inFile}`]
        return [...wrong, ...(await leftovers(eds))]
      },
    }),
    switched({
      name: 'twemproxy weight, with a restart',
      often: 30,
      writeMs: 1_800,
      settings: [{ target: 'proxy', name: 'cache/a/weight' }],
      between: [['1'], ['3']],
      holds: async () => [/127\.0\.0\.1:1:(\d+) a/.exec(await readFile(proxyFile, 'utf8'))?.[1] ?? '?'],
      async alsoWrong() {
        // A run knows the file as it was at its start, told in whole seconds.
        const { ctimeMs } = await stat(proxyFile)
        let run: { uptime: number; timestamp: number } | null = null
        // A restart that was asked for before the kill may just be under way.
        for (const end = Date.now() + 5_000; !run && Date.now() < end; await sleep(50))
          run = await ask(stats, '')
            .then(JSON.parse)
            .catch(() => null)
        if (!run) return ['twemproxy does not answer']
        const started = run.timestamp - run.uptime
        const wrong = started >= Math.floor(ctimeMs / 1_000) ? [] : ['twemproxy runs with an older file']
        return [...wrong, ...(await leftovers(proxyFile))]
      },
    }),
    switched({
      name: 'Redis settings',
      settings: [{ target: 'cache', name: 'config/maxmemory' }, { target: 'cache', name: 'config/hz' }], // biome-ignore format: a pair
      between: [[String(50 * MIB), '10'], [String(60 * MIB), '20']], // biome-ignore format: a pair
      holds: async () => [await configGet('maxmemory'), await configGet('hz')],
      async alsoWrong(ended) {
        const more = (await sets()) - setCalls
        setCalls += more
        return more <= (ended ? 4 : 0) ? [] : [`CONFIG SET was called ${more} times for one change of two settings`]
      },
    }),
    switched({
      name: 'memcached memory',
      settings: [{ target: 'mc', name: 'limit_maxbytes' }],
      between: [[String(64 * MIB)], [String(96 * MIB)]],
      holds: async () => [await limitOf(first.about.port)],
    }),
    switched({
      name: 'two targets at once',
      settings: [{ target: 'edge', name: 'pair/a/weight' }, { target: 'mc-2', name: 'limit_maxbytes' }], // biome-ignore format: a pair
      between: [['100', String(64 * MIB)], ['40', String(80 * MIB)]], // biome-ignore format: a pair
      holds: async () => [await weightOf('pair/a'), await limitOf(second.about.port)],
    }),
    switched({
      name: 'ring points',
      settings: [{ target: 'ring:products', name: 'products/cache-a/points' }],
      between: [['160'], ['40']],
      holds: async () => [String((await documentOf(['GET', ring.key]))?.nodes[0]?.points ?? 160)],
      alsoWrong: versions(['GET', ring.key]),
    }),
    switched({
      name: 'TTL policy',
      settings: [{ target: 'ttl:products', name: 'products/ttl' }, { target: 'ttl:products', name: 'products/jitter' }], // biome-ignore format: a pair
      between: [['10m', '0.1'], ['5m', '0.3']], // biome-ignore format: a pair
      async holds() {
        const { ttlMs, jitter } = (await documentOf(['HGET', ttl.key, 'products'])) ?? { ttlMs: 600_000, jitter: 0.1 }
        return [durationText(ttlMs), String(jitter)]
      },
      alsoWrong: versions(['HGET', ttl.key, 'products']),
    }),
    spreading(jobClient, 'jobs'),
  ]
  const targets = [
    {
      kind: 'haproxy',
      name: 'edge',
      socket: `tcp://127.0.0.1:${await far(haproxy.about.adminPort)}`,
      config: haproxy.about.config,
    } as TargetConfig,
    web,
    envoyConfig.parse({ kind: 'envoy', name: 'mesh', admin: mesh.admin, eds: { file: eds } }),
    proxy,
    reach,
    { kind: 'redis', name: 'jobs', url: `redis://127.0.0.1:${await far(jobs.about.port)}`, role: 'cache' } as TargetConfig,
    memcachedConfig.parse({ kind: 'memcached', name: 'mc', address: `127.0.0.1:${await far(first.about.port)}` }),
    memcachedConfig.parse({ kind: 'memcached', name: 'mc-2', address: `127.0.0.1:${await far(second.about.port)}` }),
    ring,
    ttl,
  ]
  return { targets, subjects, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
