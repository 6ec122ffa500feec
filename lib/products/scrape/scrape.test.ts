import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freePort } from '../../../test/daemon.ts'
import { keepalivedPage } from '../../../test/keepalivedPage.ts'
import { startReceiver } from '../../../test/receiver.ts'
import { type ScrapeConfig, scrapeConfig } from './config.ts'
import { scrape } from './product.ts'

const AT = 1_700_000_000_000
const probe = scrape.probes[0]!
const raw = (text: string, more: object = {}) => ({ page: { at: AT, text, openMetrics: false }, mappings: [], ...more })
const parse = (text: string, more: object = {}, cursor: string | null = null) => probe.parse(raw(text, more), { cursor, at: AT })
const config = (more: object = {}): ScrapeConfig => scrapeConfig.parse({ kind: 'scrape', name: 'app', url: 'http://127.0.0.1:1/metrics', ...more }) // biome-ignore format: one line

const MICROMETER = `# TYPE cache_gets_total counter
cache_gets_total{cache="users",cache_manager="main",name="users",result="hit"} 90
cache_gets_total{cache="users",cache_manager="main",name="users",result="miss"} 10
cache_size{cache="users",cache_manager="main",name="users"} 5
cache_gets_total{cache="prices",cache_manager="main",name="prices",result="hit"} 1
cache_gets_total{cache="prices",cache_manager="main",name="prices",result="miss"} 3
jvm_memory_used_bytes{area="heap"} 1
`
const told = (parsed: ReturnType<typeof parse>) => parsed.samples.map(({ metric, labels, value }) => [metric, labels, value])

test('each cache of the page has its own readings, and the page itself none of them', () => {
  expect(told(parse(MICROMETER, { cache: 'users' }))).toEqual([
    ['cache_hits_total', {}, 90],
    ['cache_misses_total', {}, 10],
    ['cache_items', {}, 5],
  ])
  expect(told(parse(MICROMETER, { cache: 'prices' }))).toEqual([
    ['cache_hits_total', {}, 1],
    ['cache_misses_total', {}, 3],
  ])
  expect(parse(MICROMETER, { cache: 'users' }).topology.facts).toEqual({ role: 'cache' })
  expect(told(parse(MICROMETER))).toEqual([])
  expect(parse(MICROMETER).topology.facts).toEqual({})
})

test('an exporter of one server is that server', () => {
  const { topology } = parse('redis_up 1\nredis_instance_info{redis_version="7.0.15"} 1\nredis_keyspace_hits_total 7\n')
  expect(topology.facts).toEqual({ version: '7.0.15', role: 'cache' })
  expect(() => parse('redis_up 0\nredis_exporter_scrapes_total 3\n')).toThrow('its exporter cannot reach it (redis_up is 0)')
})

test('a Varnish by its exporter is a cache', () => {
  const page = readFileSync(new URL('../varnish/fixtures/varnish_exporter-1.6.1-varnish-7.1.1.txt', import.meta.url), 'utf8')
  const parsed = parse(page)
  const value = (metric: string) => parsed.samples.find((sample) => sample.metric === metric)?.value
  expect([value('cache_hits_total'), value('cache_misses_total'), value('cache_items'), value('cache_connections_rejected_total')]).toEqual([4, 6, 6, 0]) // biome-ignore format: one line
  expect(parsed.topology.facts).toEqual({ role: 'cache' })
  expect(() => parse(page.replace('varnish_up 1', 'varnish_up 0'))).toThrow('its exporter cannot reach it (varnish_up is 0)')
})

test('rows of one’s own count, and a page without any series that is known is refused with the mend', () => {
  const mappings = [{ from: 'shop_l1_hits', to: 'cache_hits_total', labels: { cache: 'l1' } }]
  expect(told(parse('shop_l1_hits{l1="products"} 4\n', { mappings, cache: 'products' }))).toEqual([['cache_hits_total', {}, 4]])
  expect(() => parse('process_cpu_seconds_total 4\n')).toThrow('name its series under `mappings`')
  expect(() => parse('process_cpu_seconds_total 4\n', { mappings })).toThrow('nor one that `mappings` names')
})

test('what could not be read of a page is said, and costs itself alone', () => {
  const { samples, topology } = parse(`${MICROMETER}cache_size{cache="users 1\ncache_size{cache="prices"} 2\ncache_size{cache="prices"} 3\n`, { cache: 'prices' }) // biome-ignore format: one line
  expect(samples.find(({ metric }) => metric === 'cache_items')?.value).toBe(2)
  expect(topology.capabilities).toContainEqual({ feature: 'every line', available: false, because: '1 lines are left out: line 8: a label has no closing quotation mark' }) // biome-ignore format: one line
  expect(topology.capabilities).toContainEqual({ feature: 'every series', available: false, because: '1 series stand on the page twice: the first of each counts' }) // biome-ignore format: one line
})

test('samples with a time of their own are told once each, late ones too, and none from the future', () => {
  const page = (hits: number, at: number) => `cache_gets_total{cache="a",result="hit"} ${hits} ${at}\ncache_size{cache="a"} 1\n`
  const first = parse(page(5, AT - 300_000), { cache: 'a' })
  expect(first.samples.map(({ metric, at }) => [metric, at])).toEqual([['cache_hits_total', AT - 300_000], ['cache_items', AT]]) // biome-ignore format: one line
  const again = parse(page(5, AT - 300_000), { cache: 'a' }, first.cursor)
  expect(again.samples.map(({ metric }) => metric)).toEqual([])
  const next = parse(page(9, AT - 240_000), { cache: 'a' }, again.cursor)
  expect(next.samples.map(({ metric, value }) => [metric, value])).toEqual([['cache_hits_total', 9]])
  expect(parse(page(9, AT + 600_000), { cache: 'a' }).samples.map(({ metric }) => metric)).toEqual(['cache_items'])
})

test('all caches of a page are found, and share one request', async () => {
  const receiver = await startReceiver()
  receiver.always({ status: 200, headers: { 'content-type': 'text/plain; version=0.0.4' }, body: MICROMETER })
  const given = config({ url: `${receiver.url}/actuator/prometheus`, basic: { username: 'ada', password: 'sesame' } })
  const link = scrape.open(given)
  const signal = AbortSignal.timeout(5_000)
  const found = await scrape.discover!(link, signal)
  expect(found.map(({ name, role }) => [name, role])).toEqual([
    ['app:prices', 'cache'],
    ['app:users', 'cache'],
  ])
  expect(new Set([given, ...found].map((one) => scrape.address(one))).size).toBe(3)
  const links = found.map((one) => scrape.open(one))
  await Promise.all([link, ...links].map((one) => probe.read(one, null, signal)))
  expect(receiver.got).toHaveLength(1)
  expect(receiver.got[0]).toMatchObject({ path: '/actuator/prometheus', headers: { authorization: `Basic ${btoa('ada:sesame')}` } })
  expect(receiver.got[0]!.headers.accept).toMatch(/^application\/openmetrics-text/)
  await Promise.all([link, ...links].map((one) => scrape.close(one)))
  await receiver.close()
})

test('a cache takes neither the name of a control document nor one without end', async () => {
  const receiver = await startReceiver()
  const body = `cache_gets_total{cache="users",result="hit"} 1\ncache_gets_total{cache="${'x'.repeat(10_000)}",result="hit"} 1\n`
  receiver.always({ status: 200, headers: { 'content-type': 'text/plain' }, body })
  const link = scrape.open(config({ name: 'ring', url: `${receiver.url}/metrics` }))
  const found = await scrape.discover!(link, AbortSignal.timeout(5_000))
  expect(found.map(({ name }) => name)).toEqual(['ring users'])
  await receiver.close()
})

test('a page that cannot be had is said without what signs in', async () => {
  const link = scrape.open(config({ url: `http://ada:sesame@127.0.0.1:${await freePort()}/metrics?token=sesame` }))
  const error = await probe.read(link, null, AbortSignal.timeout(5_000)).catch((thrown: Error) => thrown.message)
  expect(error).toMatch(/ECONNREFUSED|refused/)
  expect(error).not.toContain('sesame')
})

test.each([
  [{ bearer: 'a', basic: { username: 'a', password: 'b' } }, 'bearer'],
  [{ url: 'http://a:b@h/metrics', bearer: 'x' }, 'bearer'],
  [{ ca: '-----BEGIN CERTIFICATE-----' }, 'url'],
  [{ url: 'ftp://h/metrics' }, 'url'],
  [{ url: 'https://h/m', cert: '-----BEGIN CERTIFICATE-----' }, 'key'],
])('a configuration that contradicts itself names the key: %j', (more, key) => {
  const { error } = scrapeConfig.safeParse({ kind: 'scrape', name: 'app', url: 'http://h/metrics', ...more })
  expect(error?.issues.map(({ path }) => path.join('.'))).toContain(key)
})

const kept = (name: string) => readFileSync(new URL(`../../../test/keepalived/${name}`, import.meta.url), 'utf8')

test('the page of keepalived_exporter that tests make is the one that the exporter itself has made of the same files', () => {
  const page = kept('page.txt')
  const made = keepalivedPage(kept('keepalived.data'), kept('keepalived.stats'))
  // The build was one without a version.
  expect(made.replace(/^(?:# \w+ )?keepalived_exporter_build_info.*\n/gm, '')).toBe(page)
  expect(told(parse(page))).toEqual(
    ['10.9.0.100/24', '10.9.0.101'].map((address) => ['vrrp_state', { vrrp: 'VI_1', vrid: '51', address }, 2]),
  )
})

/** As keepalived 2.2 writes them at its signals. */
const KEEPALIVED_DATA = `------< VRRP Topology >------
 VRRP Instance = VI_1
   VRRP Version = 2
   State = MASTER
   Flags: none
   Wantstate = MASTER
   Interface = ens3
   Gratuitous ARP delay = 5
   Virtual Router ID = 52
   Virtual IP (2):
     10.1.0.1/24 dev ens3 scope global set
     fd00::100 dev ens3 scope global set
   Virtual IP Excluded :
     10.10.0.1 dev ens3 scope global set
   fd_in 14, fd_out 15
 VRRP Instance = VI_2
   State = BACKUP
   Wantstate = BACKUP
   Interface = ens3
   Gratuitous ARP delay = 5
   Virtual Router ID = 53
   Virtual IP (1):
     10.1.0.2 dev ens3 scope global
------< VRRP Scripts >------
 VRRP Script = check
   Status = GOOD
   State = idle
`
const KEEPALIVED_STATS = ['VI_1', 'VI_2']
  .map(
    (name) => `VRRP Instance: ${name}
  Advertisements:
    Received: 7
    Sent: 1405
  Became master: 1
  Released master: 0
  Packet Errors:
    Length: 0
    TTL: 0
    Invalid Type: 0
    Advertisement Interval: 0
    Address List: 0
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: 0
    Failure: 0
  Priority Zero:
    Received: 1
    Sent: 0
`,
  )
  .join('')

test('keepalived_exporter tells which addresses a machine holds, and one whose keepalived is away is down', () => {
  const page = keepalivedPage(KEEPALIVED_DATA, KEEPALIVED_STATS)
  expect(page).toContain('keepalived_vrrp_state{iname="VI_1",intf="ens3",ip_address="10.1.0.1/24",vrid="52"} 2\n')
  expect(page).toContain('keepalived_advertisements_sent_total{iname="VI_1",intf="ens3",vrid="52"} 1405\n')
  expect(told(parse(page))).toEqual([
    ['vrrp_state', { vrrp: 'VI_1', vrid: '52', address: '10.1.0.1/24' }, 2],
    ['vrrp_state', { vrrp: 'VI_1', vrid: '52', address: 'fd00::100' }, 2],
    ['vrrp_state', { vrrp: 'VI_2', vrid: '53', address: '10.1.0.2' }, 1],
  ])
  expect(parse(page).topology.facts).toEqual({})
  expect(() => parse(page.replace('keepalived_up 1', 'keepalived_up 0'))).toThrow(/its exporter cannot reach it/)
})
