import { mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { FakeEnvoy, type FakeEnvoyOptions } from '../../../test/fakeEnvoy.ts'
import type { Parsed } from '../../model/product.ts'
import { envoyActuator } from './actuator.ts'
import { type EnvoyConfig, envoyConfig } from './client.ts'
import { envoy } from './product.ts'

const SIGNAL = AbortSignal.timeout(60_000)
const FIXTURE = new URL('fixtures/envoy-eds-file.CONSTRUCTED.json', import.meta.url)
const WEIGHT = 'cache_pool/10.0.0.1:11211/weight'
const STATE = 'cache_pool/10.0.0.2:11211/state'
const edit = (value: string, expect = '5') => ({ name: WEIGHT, expect, value })
const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const isThree = (endpoints: unknown) => JSON.stringify(endpoints).includes('"load_balancing_weight":3')

async function fileOf(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'evenkeel-eds-')), 'eds.json')
  await writeFile(file, await readFile(FIXTURE, 'utf8'))
  return file
}
async function started(options: FakeEnvoyOptions): Promise<FakeEnvoy> {
  const mesh = new FakeEnvoy(options)
  ends.push(() => mesh.stop())
  return mesh.start()
}
const configOf = (mesh: FakeEnvoy, file: string, more: object = {}, name = 'mesh'): EnvoyConfig =>
  envoyConfig.parse({ kind: 'envoy', name, admin: mesh.admin, eds: { file, ...more } })
async function watched(more: Partial<FakeEnvoyOptions> = {}) {
  const file = await fileOf()
  const mesh = await started({ cluster: 'cache_pool', source: { file }, ...more })
  return { mesh, file, config: configOf(mesh, file), text: await readFile(file, 'utf8') }
}
const write = (config: EnvoyConfig, edits: Parameters<typeof envoyActuator.write>[1], signal = SIGNAL) =>
  envoyActuator.write(config, edits, signal, CAUSE)
async function look(config: EnvoyConfig): Promise<Parsed> {
  const link = envoy.open(config)
  const raw = await envoy.probes[0]!.read(link, null, SIGNAL)
  return envoy.probes[0]!.parse(JSON.parse(JSON.stringify(raw)), { cursor: null, at: 0 })
}

describe('weights by a file that Envoy watches', () => {
  it('are in force when the write is done, keep unknown fields, and come back', async () => {
    const { mesh, file, config, text } = await watched()
    expect(await envoyActuator.get(config, [WEIGHT, STATE], SIGNAL)).toEqual({ [WEIGHT]: '5', [STATE]: 'drain' })
    await write(config, [edit('3')])
    expect(mesh.weights()).toEqual({ '10.0.0.1:11211': 3, '10.0.0.2:11211': 2 })
    expect(mesh.counts).toEqual({ success: 2, rejected: 0, failure: 0 })
    expect(await readFile(file, 'utf8')).toContain('"hash_key": "cache-b"')
    await write(config, [edit('5', '3')])
    expect(JSON.parse(await readFile(file, 'utf8')).resources).toEqual(JSON.parse(text).resources)
    expect(await readdir(join(file, '..'))).toEqual([`.eds.json.evenkeel-${CAUSE.change}`, 'eds.json'])
  })

  it('a host is drained and comes back, with its weight in one write', async () => {
    const { mesh, config } = await watched()
    await write(config, [
      { name: STATE, expect: 'drain', value: 'ready' },
      { name: 'cache_pool/10.0.0.2:11211/weight', expect: '2', value: '9' },
    ])
    expect(mesh.hosts[1]).toMatchObject({ health: 'UNKNOWN', weight: 9 })
    expect((await look(config)).topology.pools![0]!.servers[1]).toMatchObject({ state: 'up', weightEffective: 9 })
    await write(config, [{ name: STATE, expect: 'ready', value: 'drain' }])
    expect(mesh.hosts[1]).toMatchObject({ health: 'DRAINING' })
    expect((await look(config)).topology.pools![0]!.servers[1]).toMatchObject({ state: 'drain', weightSet: 9, weightEffective: 0 })
  })

  it('writes nothing when the running value or the file differs', async () => {
    const { mesh, file, config, text } = await watched()
    await expect(write(config, [edit('3', '4')])).rejects.toMatchObject({ code: 'drift' })
    // In place: Envoy does not see it.
    await writeFile(file, text.replace('"load_balancing_weight": 5', '"load_balancing_weight": 9'))
    await expect(write(config, [edit('3')])).rejects.toMatchObject({ code: 'drift', message: expect.stringContaining('EDS file') })
    expect(mesh.weights()['10.0.0.1:11211']).toBe(5)
    expect(await readdir(join(file, '..'))).toEqual(['eds.json'])
  })

  it('an update that is rejected goes back, every byte', async () => {
    const { mesh, file, config, text } = await watched()
    mesh.refuse = ({ endpoints }) => (isThree(endpoints) ? 'the sum of weights is too large' : null)
    await expect(write(config, [edit('3')])).rejects.toThrow(/rejected the update of cache_pool.*update_rejected rose.*as it was/)
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(mesh.weights()['10.0.0.1:11211']).toBe(5)
  })

  it('a file that Envoy cannot read is told apart from one that it rejects', async () => {
    const { mesh, file, config } = await watched()
    // A field that the proto does not have: harmless to Evenkeel, fatal to Envoy's parser. The first text was read before it.
    const text = (await readFile(file, 'utf8')).replace('"cluster_name"', '"note": 1, "cluster_name"')
    await writeFile(file, text)
    await expect(write(config, [edit('3')])).rejects.toThrow(/could not read the EDS file \(update_failure rose\)/)
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(mesh.weights()['10.0.0.1:11211']).toBe(5)
  })

  it('an update that is not taken goes back', async () => {
    const { mesh, file, config, text } = await watched()
    mesh.deaf = true
    await expect(write(config, [edit('3')], AbortSignal.timeout(400))).rejects.toThrow(/did not take the update.*as it was/)
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('an Envoy that does not answer is written nothing', async () => {
    const { mesh, file, config, text } = await watched()
    await mesh.stop()
    await expect(write(config, [edit('3')])).rejects.toMatchObject({ code: 'unreachable' })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('two changes at once on one file both come true', async () => {
    const { mesh, config } = await watched()
    const second = { name: 'cache_pool/10.0.0.2:11211/weight', expect: '2', value: '7' }
    await Promise.all([write(config, [edit('3')]), envoyActuator.write(config, [second], SIGNAL, { change: 'b'.repeat(16) })])
    expect(mesh.weights()).toEqual({ '10.0.0.1:11211': 3, '10.0.0.2:11211': 7 })
  })

  it('a cluster whose endpoints are assigned under another name, pipes, names with slashes', async () => {
    const file = await fileOf()
    const text = (await readFile(file, 'utf8'))
      .replace('"cache_pool"', '"svc"')
      .replace('{ "socket_address": { "address": "10.0.0.1", "port_value": 11211 } }', '{ "pipe": { "path": "/run/a.sock" } }')
    await writeFile(file, text)
    const mesh = await started({ cluster: 'outbound/a', serviceName: 'svc', source: { file } })
    const config = configOf(mesh, file)
    const name = 'outbound/a//run/a.sock/weight'
    expect(await envoyActuator.get(config, [name], SIGNAL)).toEqual({ [name]: '5' })
    await write(config, [{ name, expect: '5', value: '8' }])
    expect(mesh.weights()['/run/a.sock']).toBe(8)
    const exact = 'outbound%2Fa//run/a.sock/weight'
    expect(await envoyActuator.get(config, [exact], SIGNAL)).toEqual({ [exact]: '8' })
    await write(config, [{ name: exact, expect: '8', value: '9' }])
    expect(mesh.weights()['/run/a.sock']).toBe(9)
  })

  it('values that Envoy refuses are refused, hosts and files that are not there are named', async () => {
    const { file, config } = await watched()
    const [weight, state] = envoyActuator.settings
    for (const text of ['0', '-1', '100000', '1.5', 'banana', '1;']) expect(weight!.value.safeParse(text).success).toBe(false)
    expect(weight!.value.safeParse('128').success).toBe(true)
    expect(state!.value.parse('maint')).toBe('drain')
    const get = (name: string) => envoyActuator.get(config, [name], SIGNAL)
    await expect(get('cache_pool/10.9.9.9:1/weight')).rejects.toMatchObject({ code: 'not_found' })
    await expect(get('nowhere/10.0.0.1:11211/weight')).rejects.toMatchObject({ code: 'not_found' })
    await rm(file)
    await expect(get(WEIGHT)).rejects.toMatchObject({ code: 'unreachable', message: 'eds.json cannot be read: it is not there' })
    await expect(envoyActuator.get({ ...config, eds: undefined }, [WEIGHT], SIGNAL)).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('after a crash', () => {
  it('between the rename and the look: what Envoy has taken stands', async () => {
    const { mesh, file, config, text } = await watched()
    await writeFile(`${file}.x`, text.replace('"load_balancing_weight": 5', '"load_balancing_weight": 3'))
    await rename(`${file}.x`, file)
    await envoyActuator.resume!(config, [edit('3')], SIGNAL, CAUSE)
    expect(mesh.weights()['10.0.0.1:11211']).toBe(3)
    expect(await envoyActuator.get(config, [WEIGHT], SIGNAL)).toEqual({ [WEIGHT]: '3' })
  })

  it('what Envoy has not taken goes back, so that its next start brings no surprise', async () => {
    const { mesh, file, config, text } = await watched()
    mesh.deaf = true
    await writeFile(`${file}.x`, text.replace('"load_balancing_weight": 5', '"load_balancing_weight": 3'))
    await rename(`${file}.x`, file)
    await envoyActuator.resume!(config, [edit('3')], AbortSignal.timeout(300), CAUSE)
    expect(JSON.parse(await readFile(file, 'utf8')).resources).toEqual(JSON.parse(text).resources)
    // Before the rename: there is nothing to put back.
    await writeFile(file, text)
    await envoyActuator.resume!(config, [edit('3')], SIGNAL, CAUSE)
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('an Envoy that is started again has the weights of the file', async () => {
    const { mesh, config } = await watched()
    await write(config, [edit('3')])
    await mesh.stop()
    await mesh.start()
    expect(await envoyActuator.get(config, [WEIGHT], SIGNAL)).toEqual({ [WEIGHT]: '3' })
  })
})

/** The part of Evenkeel that answers at `/v3/discovery:endpoints`, from files alone: started anew it knows no more than they say. */
async function serving(configs: () => EnvoyConfig[]): Promise<{ url: string; server: Server }> {
  const server = createServer((request, reply) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () =>
      envoy.serves!.answer(configs(), JSON.parse(body)).then(
        (answer) => {
          reply.statusCode = answer === null ? 304 : 200
          reply.end(answer === null ? undefined : JSON.stringify(answer))
        },
        () => {
          reply.statusCode = 502
          reply.end()
        },
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/discovery:endpoints`, server }
}

describe('weights by REST xDS', () => {
  async function served() {
    const file = await fileOf()
    const configs: EnvoyConfig[] = []
    const { url } = await serving(() => configs)
    configs.push(envoyConfig.parse({ kind: 'envoy', name: 'mesh', admin: 'http://127.0.0.1:1', eds: { file, serve: true } }))
    const mesh = await started({ cluster: 'cache_pool', source: { poll: url, everyMs: 20 } })
    configs[0] = configOf(mesh, file, { serve: true })
    return { mesh, file, configs, url, config: configs[0]!, text: await readFile(file, 'utf8') }
  }

  it('are polled, answered once and then 304, and taken within a poll', async () => {
    const { mesh, config } = await served()
    await vi.waitUntil(() => mesh.asked.length > 3, { timeout: 5_000 })
    expect(mesh.asked.slice(0, 3)).toEqual([{ status: 200 }, { status: 304 }, { status: 304 }])
    await write(config, [edit('3')])
    expect(mesh.weights()['10.0.0.1:11211']).toBe(3)
    expect(mesh.counts).toMatchObject({ rejected: 0, failure: 0 })
  })

  it('what Envoy refuses ends the change, with its words where it sends them', async () => {
    const { mesh, file, config, text } = await served()
    mesh.refuse = ({ endpoints }) => (isThree(endpoints) ? 'weights of a zone are too far apart' : null)
    await expect(write(config, [edit('3')])).rejects.toThrow(/refused.*too far apart|update_rejected rose/)
    expect(await readFile(file, 'utf8')).toBe(text)
    mesh.deaf = true
    const writing = write(config, [edit('4')])
    await vi.waitUntil(async () => (await readFile(file, 'utf8')) !== text, { timeout: 5_000 })
    mesh.counts.failure++
    await envoy.serves!.answer([config], { resource_names: ['cache_pool'], error_detail: { code: 13, message: 'too far apart\u0007' } })
    await expect(writing).rejects.toThrow('Envoy refused what it was served: too far apart\\x07; the EDS file is as it was')
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('a stranger who says that it was refused ends no change: the counters of Envoy itself count', async () => {
    const { mesh, file, config, text } = await served()
    mesh.deaf = true
    const writing = write(config, [edit('4')])
    const ended = writing.then(
      () => 'taken',
      () => 'put back',
    )
    await vi.waitUntil(async () => (await readFile(file, 'utf8')) !== text, { timeout: 5_000 })
    await envoy.serves!.answer([config], { resource_names: ['cache_pool'], error_detail: { code: 13, message: 'I am Envoy' } })
    // Several looks at the admin interface long.
    expect(await Promise.race([ended, sleep(500, 'goes on')])).toBe('goes on')
    mesh.deaf = false
    expect(await ended).toBe('taken')
    expect(mesh.weights()['10.0.0.1:11211']).toBe(4)
  })

  it('outlive a restart of Evenkeel, and of Envoy: the file is what was pushed', async () => {
    const { mesh, config } = await served()
    await write(config, [edit('3')])
    await mesh.stop()
    await mesh.start()
    expect(mesh.weights()['10.0.0.1:11211']).toBe(3)
    // Nobody remembers anything: another start answers the same version.
    vi.resetModules()
    const again = (await import('./product.ts')).envoy
    const ask = { resource_names: ['cache_pool'], version_info: mesh.version, response_nonce: 'x', node: { id: 'a', unknown: 1 } }
    expect(await again.serves!.answer([config], ask)).toBeNull()
  })

  it('a server that cannot be asked is told: its polls fail', async () => {
    const { mesh, file, config, configs } = await served()
    configs[0] = { ...config, eds: { ...config.eds!, file: join(file, '..', 'gone.json') } }
    await expect(write(config, [edit('3')], AbortSignal.timeout(600))).rejects.toThrow(/polls of Evenkeel fail \(update_failure rises\)/)
    expect(mesh.weights()['10.0.0.1:11211']).toBe(5)
  })

  it('each Envoy gets its own clusters; another cluster’s change is no news', async () => {
    const [one, two, plain] = await Promise.all([fileOf(), fileOf(), fileOf()])
    const second = JSON.parse(await readFile(two, 'utf8'))
    second.resources[0].endpoints[0].lb_endpoints[0].load_balancing_weight = 9
    const other = { ...second.resources[0], cluster_name: 'other' }
    await writeFile(two, JSON.stringify({ resources: [...second.resources, other] }))
    const of = (name: string, file: string, node?: string) =>
      envoyConfig.parse({ kind: 'envoy', name, admin: 'http://127.0.0.1:1', eds: { file, serve: true, ...(node ? { node } : {}) } })
    const configs = [of('a', one, 'edge-1'), of('b', two, 'edges'), of('c', plain)]
    type Answer = { version_info: string; resources: { endpoints: { lb_endpoints: { load_balancing_weight: number }[] }[] }[] }
    const ask = async (more: object) => (await envoy.serves!.answer(configs, { resource_names: ['cache_pool'], ...more })) as Answer | null
    const first = (answer: Answer | null) => answer?.resources[0]?.endpoints[0]?.lb_endpoints[0]?.load_balancing_weight
    expect(first(await ask({ node: { id: 'edge-1', cluster: 'x' } }))).toBe(5)
    const answer = await ask({ node: { id: 'edge-2', cluster: 'edges' } })
    expect(first(answer)).toBe(9)
    expect(answer!.resources).toHaveLength(1)
    expect(first(await ask({ node: { id: 'nobody' } }))).toBe(5)
    await writeFile(two, JSON.stringify({ resources: [...second.resources, { ...other, endpoints: [] }] }))
    expect(await ask({ node: { id: 'edge-2', cluster: 'edges' }, version_info: answer!.version_info })).toBeNull()
    expect((await ask({ resource_names: ['unknown'] }))!.resources).toEqual([])
    expect((await ask({ resource_names: [], node: { id: 'e', cluster: 'edges' } }))!.resources).toHaveLength(2)
    // Two that nobody tells apart hold the same cluster: it is not guessed which.
    await expect(envoy.serves!.answer([of('a', one), of('b', two)], {})).rejects.toMatchObject({ code: 'invalid' })
    await expect(ask({ resource_names: 'all' })).rejects.toMatchObject({ code: 'bad_request' })
    expect(await envoy.serves!.answer([{ ...configs[0]!, eds: undefined }], {})).toMatchObject({ resources: [] })
  })
})

describe('what cannot be set is said, with the mend', () => {
  const cluster = (more: object) => ({ configs: [{ static_clusters: [{ cluster: { name: 'cache_pool', ...more } }] }] })

  it.each([
    ['a static cluster', cluster({ type: 'STATIC' }), /fixed at Envoy's start \(STATIC\).*type: EDS.*path_config_source/],
    ['names by DNS', cluster({ type: 'STRICT_DNS' }), /STRICT_DNS/],
    ['no type, which is static', cluster({}), /STATIC/],
    ['EDS', cluster({ type: 'EDS', eds_cluster_config: {} }), null],
    ['a closed page', null, null],
  ])('%s', async (_what, dump, because) => {
    const { config } = await watched({ dump })
    const { pools, capabilities } = (await look(config)).topology
    const { weight } = pools![0]!.can
    expect(weight).toEqual(because === null ? true : { because: expect.stringMatching(because) })
    expect(capabilities![0]).toMatchObject({ feature: 'GET /config_dump', available: dump !== null })
  })

  it('a cluster that the file does not hold; a file that cannot be read; no file', async () => {
    const { file, config } = await watched({ dump: cluster({ type: 'EDS' }) })
    const because = async (of: EnvoyConfig) => (await look(of)).topology.pools![0]!.can.weight
    expect(await because(config)).toBe(true)
    await writeFile(file, '{"resources":[]}')
    expect(await because(config)).toEqual({ because: expect.stringContaining('no assignment') })
    await rm(file)
    expect(await because(config)).toEqual({ because: 'eds.json cannot be read: it is not there' })
    expect(await because({ ...config, eds: undefined })).toEqual({ because: expect.stringContaining('no `eds`') })
  })

  it('rings that predict nothing', async () => {
    const dump = {
      configs: [
        { dynamic_active_clusters: [{ cluster: { name: 'cache_pool', type: 'EDS', lb_policy: 'RING_HASH' } }] },
        { dynamic_route_configs: [{ route_config: { virtual_hosts: [{ routes: [{ route: { cluster: 'cache_pool' } }] }] } }] },
      ],
    }
    const { config } = await watched({ dump })
    expect((await look(config)).topology.capabilities).toContainEqual({
      feature: 'ring of cache_pool',
      available: false,
      because: expect.stringContaining('random host'),
    })
  })
})

it('a file behind a link: the link stays, and where Envoy watches the real one it is seen', async () => {
  const file = await fileOf()
  const link = join(await mkdtemp(join(tmpdir(), 'evenkeel-eds-')), 'eds.json')
  await symlink(file, link)
  const mesh = await started({ cluster: 'cache_pool', source: { file } })
  await write(configOf(mesh, link), [edit('3')])
  expect(mesh.weights()['10.0.0.1:11211']).toBe(3)
})
