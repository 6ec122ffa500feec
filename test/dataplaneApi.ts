import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer as createPlain, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificates.ts'
import { ask, type HaproxyServer } from './servers.ts'

export const USER = 'admin'
export const PASSWORD = 'a password of the tests'
const BASE = '/v3/services/haproxy'

type Refusal = { status: number; body: unknown }
const refused = (status: number, message: string): Refusal => ({ status, body: { code: status, message } })

type Transaction = { version: number; text: string }
type Behaviour = 'hangs' | 'breaks' | 'fails' | 'raves'

/**
 * A server that speaks as much of the HAProxy Data Plane API v3 as Evenkeel asks, written from its published specification
 * (haproxytech/client-native, specification/build/haproxy_spec.yaml) and the answers of its source: basic auth, paths, methods, query parameters and
 * bodies checked strictly, versions and transactions over the real file, and a real HAProxy behind it that the values are really set in.
 */
export async function startDataplane(haproxy: HaproxyServer, options: { certificate?: Certificate; old?: boolean } = {}) {
  const fake = {
    url: '',
    asked: [] as string[],
    /** How it answers whatever it is asked. */
    behaves: null as Behaviour | null,
    /** Runs between the reading of a version and the commit, as another writer would. */
    beforeCommit: null as (() => Promise<void>) | null,
    transactions: new Map<string, Transaction>(),
    reloads: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => void answer(request, Buffer.concat(chunks).toString('utf8'), response))
  }
  const { certificate } = options
  const server = certificate ? createSecure({ cert: certificate.cert, key: certificate.key }, listener) : createPlain(listener)

  async function answer(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://x')
    fake.asked.push(`${request.method} ${decodeURIComponent(url.pathname.replace(BASE, ''))}`)
    if (fake.behaves === 'hangs') return
    if (fake.behaves === 'breaks') return void request.socket.destroy()
    if (fake.behaves === 'raves') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"stats": [')
    if (fake.behaves === 'fails')
      return void response.writeHead(503, { 'content-type': 'application/json' }).end('{"code":503,"message":"no runtime"}')
    const login = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
    const made =
      request.headers.authorization === login
        ? await route(request, url, body).catch((error: unknown) =>
            error instanceof Error ? refused(500, error.message) : (error as Refusal),
          )
        : refused(401, 'unauthenticated for invalid credentials')
    const isText = typeof made.body === 'string'
    response.writeHead(made.status, made.body === undefined ? {} : { 'content-type': isText ? 'text/plain' : 'application/json' })
    response.end(made.body === undefined ? undefined : isText ? (made.body as string) : JSON.stringify(made.body))
  }

  async function route(request: IncomingMessage, url: URL, text: string): Promise<Refusal> {
    if (!url.pathname.startsWith(`${BASE}/`)) return refused(404, `path ${url.pathname} was not found`)
    const path = url.pathname.slice(BASE.length)
    for (const one of routes) {
      const found = one.path.exec(path)
      if (!found) continue
      const method = one.methods[request.method as keyof typeof one.methods]
      if (!method) return refused(405, `method ${request.method} is not allowed for path ${url.pathname}`)
      const wrong = [...url.searchParams.keys()].find((key) => !method.query.includes(key))
      if (wrong) return refused(422, `${wrong} is no parameter of ${request.method} ${path}`)
      if ((text !== '') !== (method.body === true)) return refused(400, method.body ? 'a body is required' : 'there is to be no body')
      if (text !== '' && request.headers['content-type'] !== 'application/json') return refused(415, 'unsupported media type')
      const [, ...names] = found.map((name) => decodeURIComponent(name))
      return method.run(names as [string, string], url.searchParams, text === '' ? {} : JSON.parse(text))
    }
    return refused(404, `path ${url.pathname} was not found`)
  }

  const say = async (command: string) => (await ask(haproxy.about.socket, `${command}\n`)).trim()
  const file = haproxy.about.config
  const onDisk = () => readFile(file, 'utf8')
  const inTransaction = async (query: URLSearchParams) => {
    const id = query.get('transaction_id')
    if (id === null) return onDisk()
    const found = fake.transactions.get(id)
    if (!found) throw refused(400, `transaction does not exist: ${id}`)
    return found.text
  }
  const ok = (body: unknown): Refusal => ({ status: 200, body })

  type Method = {
    query: string[]
    body?: true
    run(names: [string, string], query: URLSearchParams, body: Record<string, unknown>): Promise<Refusal>
  }
  const routes: { path: RegExp; methods: { GET?: Method; PUT?: Method; POST?: Method; DELETE?: Method } }[] = [
    {
      path: /^\/stats\/native$/,
      methods: {
        GET: {
          query: ['type', 'name', 'parent'],
          run: async (_, query) => ok({ runtimeAPI: file, stats: native(await say('show stat'), query) }),
        },
      },
    },
    {
      path: /^\/runtime\/info$/,
      methods: { GET: { query: [], run: async () => ok({ runtimeAPI: file, info: processInfo(await say('show info')) }) } },
    },
    {
      path: /^\/runtime\/backends\/([^/]+)\/servers$/,
      methods: { GET: { query: [], run: async ([pool]) => ok(await runtimeServers(pool)) } },
    },
    {
      path: /^\/runtime\/backends\/([^/]+)\/servers\/([^/]+)$/,
      methods: { PUT: { query: [], body: true, run: ([pool, name], _, body) => replaceRuntime(pool, name, body) } },
    },
    {
      path: /^\/configuration\/version$/,
      methods: { GET: { query: ['transaction_id'], run: async (_, query) => ok(versionIn(await inTransaction(query))) } },
    },
    {
      path: /^\/configuration\/raw$/,
      methods: { GET: { query: ['transaction_id', 'version'], run: async (_, query) => ok(await inTransaction(query)) } },
    },
    {
      path: /^\/configuration\/backends\/([^/]+)\/servers\/([^/]+)$/,
      methods: {
        GET: {
          query: ['transaction_id'],
          run: async ([pool, name], query) => ok(configured(await inTransaction(query), pool, name).server),
        },
        PUT: { query: ['transaction_id', 'version', 'force_reload'], body: true, run: replaceConfigured },
      },
    },
    {
      path: /^\/configuration\/frontends\/([^/]+)$/,
      methods: {
        GET: {
          query: ['transaction_id', 'full_section'],
          run: async ([name], query) => ok(configuredFrontend(await inTransaction(query), name).frontend),
        },
        PUT: { query: ['transaction_id', 'version', 'force_reload', 'full_section'], body: true, run: replaceFrontend },
      },
    },
    { path: /^\/transactions$/, methods: { POST: { query: ['version'], run: (_, query) => begin(query) } } },
    {
      path: /^\/transactions\/([^/]+)$/,
      methods: {
        PUT: { query: ['force_reload'], run: ([id], query) => commit(id, query.get('force_reload') === 'true') },
        DELETE: {
          query: [],
          run: async ([id]) =>
            fake.transactions.delete(id) ? { status: 204, body: undefined } : refused(404, `transaction ${id} does not exist`),
        },
      },
    },
  ]

  /** As `GetStats` does it: a row is cut at each comma, and empty columns are left out; no column for weights as set, for the model has none. */
  function native(csv: string, query: URLSearchParams): object[] {
    const [head = '', ...lines] = csv.slice(2).split('\n')
    const columns = head.split(',')
    const rows = lines.filter(Boolean).map((line) => {
      const cells = line.split(',')
      const values = Object.fromEntries(
        columns.flatMap((name, i) =>
          cells[i] === '' || cells[i] === undefined || LEFT_OUT.has(name) ? [] : [[name, TEXTS.has(name) ? cells[i] : Number(cells[i])]],
        ),
      )
      const [pool, name] = cells
      const type = cells[columns.indexOf('type')]
      if (type === '2') return { backend_name: pool, name, type: 'server', stats: values }
      return type === '3' ? { stats: values } : { name: pool, type: name!.toLowerCase(), stats: values }
    })
    return rows.filter((row) => query.get('type') === null || ('type' in row && row.type === query.get('type')))
  }

  async function runtimeServers(pool: string): Promise<Record<string, unknown>[]> {
    const [first, head, ...lines] = (await say(`show servers state ${pool}`)).split('\n')
    if (first !== '1') throw refused(500, `[3]  ${first} [show servers state ${pool}]`)
    const columns = head!.slice(2).split(' ')
    return lines.map((line) => {
      const words = line.split(' ')
      const of = (name: string) => words[columns.indexOf(name)]!
      const admin = Number.parseInt(of('srv_admin_state'), 16)
      const whole = {
        id: of('srv_id'),
        name: of('srv_name'),
        backend_name: of('be_name'),
        address: of('srv_addr'),
        port: Number(of('srv_port')),
        admin_state: admin & 0x23 ? 'maint' : admin & 0x18 ? 'drain' : 'ready',
        operational_state: ['down', 'up', 'up', 'stopping'][Number(of('srv_op_state'))],
      }
      if (options.old) return whole
      const weight = Number(of('srv_uweight'))
      return { ...whole, weight, uweight: weight, iweight: Number(of('srv_iweight')), srvrecord: of('srvrecord') }
    })
  }

  async function replaceRuntime(pool: string, name: string, body: Record<string, unknown>): Promise<Refusal> {
    const wrong = Object.keys(body).find((key) => !RUNTIME.has(key))
    if (wrong) return refused(422, `${wrong} is no property of a runtime server`)
    const before = (await runtimeServers(pool)).find((row) => row.name === name)
    if (!before) return refused(404, `server state for ${pool}/${name}: not found`)
    const run = async (command: string) => {
      const said = await say(command)
      if (said) throw refused(500, `[3]  ${said} [${command}]`)
    }
    if (body.admin_state !== undefined && body.admin_state !== before.admin_state) {
      if (!['ready', 'drain', 'maint'].includes(String(body.admin_state)))
        return refused(422, 'admin_state in body should be one of [ready maint drain]')
      await run(`set server ${pool}/${name} state ${body.admin_state}`)
    }
    // Before 3.3.6 it was taken, and nothing was done with it.
    if (body.weight !== undefined && !options.old) {
      if (!Number.isInteger(body.weight)) return refused(422, 'weight in body must be of type integer')
      if (body.weight !== before.weight) await run(`set server ${pool}/${name} weight ${body.weight}`)
    }
    return ok((await runtimeServers(pool)).find((row) => row.name === name))
  }

  async function begin(query: URLSearchParams): Promise<Refusal> {
    const version = Number(query.get('version') ?? Number.NaN)
    if (!Number.isInteger(version)) return refused(400, 'version in query is required')
    const text = await onDisk()
    if (versionIn(text) !== version)
      return refused(409, `version mismatch: version in configuration file is ${versionIn(text)}, given version is ${version}`)
    const id = randomUUID()
    fake.transactions.set(id, { version, text })
    return { status: 201, body: { _version: version, id, status: 'in_progress' } }
  }

  async function replaceConfigured(
    [pool, name]: [string, string],
    query: URLSearchParams,
    body: Record<string, unknown>,
  ): Promise<Refusal> {
    const transaction = fake.transactions.get(query.get('transaction_id') ?? '')
    if (!transaction) return refused(400, 'version or transaction not specified, specify only one')
    if (query.has('force_reload')) return refused(400, 'Both force_reload and transaction specified, specify only one')
    const wrong = Object.keys(body).find((key) => !(key in CONFIGURED))
    if (wrong) return refused(422, `${wrong} in body is a forbidden property`)
    if (body.name !== name || typeof body.address !== 'string') return refused(422, 'name and address in body are required')
    const { line } = configured(transaction.text, pool, name)
    transaction.text = transaction.text.replace(line, lineOf(body))
    return { status: 202, body }
  }

  /** Without `full_section` lists (binds, ACLs, rules) stay; attributes that are not in the body go. */
  async function replaceFrontend([name]: [string, string], query: URLSearchParams, body: Record<string, unknown>): Promise<Refusal> {
    const transaction = fake.transactions.get(query.get('transaction_id') ?? '')
    if (!transaction) return refused(400, 'version or transaction not specified, specify only one')
    const wrong = Object.keys(body).find((key) => !FRONTEND.has(key))
    if (wrong) return refused(422, `${wrong} in body is a forbidden property`)
    if (body.name !== name) return refused(422, 'name in body is required')
    if (body.maxconn !== undefined && !Number.isInteger(body.maxconn)) return refused(422, 'maxconn in body must be of type integer')
    const { head, section } = configuredFrontend(transaction.text, name)
    const kept = section.split('\n').filter((line) => !/^\s*(?:maxconn|default_backend|mode)\s/.test(line))
    const words = { mode: body.mode, maxconn: body.maxconn, default_backend: body.default_backend }
    const own = Object.entries(words).flatMap(([word, value]) => (value === undefined ? [] : [`  ${word} ${value}`]))
    transaction.text = transaction.text.replace(head + section, `${head}${[...own, ...kept].join('\n')}`)
    return { status: 202, body }
  }

  async function commit(id: string, reloads: boolean): Promise<Refusal> {
    await fake.beforeCommit?.()
    const transaction = fake.transactions.get(id)
    if (!transaction) return refused(404, `transaction ${id} does not exist`)
    fake.transactions.delete(id)
    const now = versionIn(await onDisk())
    if (now !== transaction.version)
      return refused(409, `version mismatch, transaction version: ${transaction.version}, configured version: ${now}`)
    const before = await onDisk()
    await writeFile(file, withVersion(transaction.text, now + 1))
    if (!reloads) return { status: 202, body: { _version: now, id, status: 'success' } }
    fake.reloads++
    await haproxy.stop()
    try {
      await haproxy.start()
    } catch (error) {
      // The last file that worked is put in place again.
      await writeFile(file, before)
      await haproxy.start()
      return refused(400, `Reload failed: ${(error as Error).message.slice(0, 100)}`)
    }
    return ok({ _version: now, id, status: 'success' })
  }

  await writeFile(file, withVersion(await onDisk(), 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http${certificate ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

/** The version is a comment in the file's first line, as the API keeps it. */
const versionIn = (text: string): number => Number(/^# _version=(\d+)$/m.exec(text)?.[1] ?? 1)
const withVersion = (text: string, version: number): string => `# _version=${version}\n${text.replace(/^# _(version|md5hash)=.*\n/gm, '')}`

/** Columns that the API's model of statistics does not have, and those of them that are texts. */
const LEFT_OUT = new Set(['uweight', 'type', 'pxname', 'svname'])
const TEXTS = new Set([
  'status',
  'check_status',
  'check_desc',
  'last_chk',
  'last_agt',
  'agent_status',
  'agent_desc',
  'mode',
  'algo',
  'addr',
  'cookie',
  'tracked',
  'hanafail',
])

/** Properties of a runtime server that may be set (`runtime_server` in the specification, without those that are read-only). */
const RUNTIME = new Set(['address', 'port', 'operational_state', 'admin_state', 'weight'])

/** Properties of a server in the configuration that the files of these tests use, and their words. */
const CONFIGURED: Record<string, string> = {
  name: '',
  address: '',
  port: '',
  weight: 'weight',
  id: 'id',
  maintenance: '',
  check: '',
  inter: 'inter',
  fall: 'fall',
  rise: 'rise',
  maxconn: 'maxconn',
}

function configured(text: string, pool: string, name: string): { line: string; server: Record<string, unknown> } {
  const [, section = ''] = new RegExp(`^(?:backend|listen) ${pool}\\n((?:[ \\t#].*\\n|\\n)*)`, 'm').exec(text) ?? []
  const line = section.split('\n').find((one) => one.trim().startsWith(`server ${name} `))
  if (line === undefined) throw refused(404, `server ${name} does not exist in backend ${pool}`)
  const [, , at = '', ...words] = line.trim().split(/\s+/)
  const [address, port] = at.split(':')
  const server: Record<string, unknown> = { name, address, port: Number(port) }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === 'check') server.check = 'enabled'
    else if (word === 'disabled' || word === 'enabled') server.maintenance = word === 'disabled' ? 'enabled' : 'disabled'
    else server[word] = Number.parseInt(words[++i]!, 10)
  }
  return { line, server }
}

/** Attributes of a frontend (`frontend_base` in the specification) that the files of these tests use. */
const FRONTEND = new Set(['name', 'from', 'mode', 'maxconn', 'default_backend'])

function configuredFrontend(text: string, name: string): { head: string; section: string; frontend: Record<string, unknown> } {
  const [, head = '', section = ''] = new RegExp(`^(frontend ${name}\\n)((?:[ \\t#].*\\n|\\n)*)`, 'm').exec(text) ?? []
  if (head === '') throw refused(404, `frontend ${name} does not exist`)
  const of = (word: string) => new RegExp(`^\\s*${word}\\s+(\\S+)`, 'm').exec(section)?.[1]
  const [mode, backend, most] = ['mode', 'default_backend', 'maxconn'].map(of)
  const frontend = {
    from: 'unnamed_defaults_1',
    name,
    ...(mode && { mode }),
    ...(backend && { default_backend: backend }),
    ...(most && { maxconn: Number(most) }),
  }
  return { head, section, frontend }
}

function lineOf({ name, address, port, check, maintenance, ...rest }: Record<string, unknown>): string {
  const words = Object.entries(rest).flatMap(([key, value]) => [CONFIGURED[key], String(value)])
  const state = maintenance === undefined ? [] : [maintenance === 'enabled' ? 'disabled' : 'enabled']
  return `  server ${[name, `${address}:${port}`, ...(check === 'enabled' ? ['check'] : []), ...state, ...words].join(' ')}`
}

const INFO: Record<string, string> = {
  Pid: 'pid',
  Uptime_sec: 'uptime',
  Nbproc: 'processes',
  Maxconn: 'max_conn',
  CurrConns: 'curr_conns',
  CumConns: 'cum_conns',
  CumReq: 'cum_req',
  Run_queue: 'run_queue',
  Idle_pct: 'idle_pct',
}

function processInfo(text: string): Record<string, unknown> {
  const fields = new Map(text.split('\n').map((line) => line.split(': ') as [string, string]))
  const numbers = Object.entries(INFO).flatMap(([from, to]) => (fields.has(from) ? [[to, Number(fields.get(from))] as const] : []))
  return { version: fields.get('Version'), ...Object.fromEntries(numbers) }
}
