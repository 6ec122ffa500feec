import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LineCounter } from 'yaml'
import { hostName, isOwnName } from '../../lib/auth/origin.ts'
import { quoted } from '../../lib/changes/findSetting.ts'
import { readSyslog } from '../../lib/config/audit.ts'
import { readSource } from '../../lib/config/document.ts'
import { editedText, shownAlerts } from '../../lib/config/edit/edit.ts'
import { readListen } from '../../lib/config/listen.ts'
import { parseConfig } from '../../lib/config/parse.ts'
import { parseYaml } from '../../lib/config/yamlText.ts'
import { withoutSecrets } from '../../lib/engine/reason.ts'
import { evenkeelCall } from '../../lib/exporters/evenkeelCall.ts'
import { printable } from '../../lib/format/printable.ts'
import { shellWord } from '../../lib/format/shell.ts'
import { withoutTrailingSlashes } from '../../lib/format/url.ts'
import { yamlDocument } from '../../lib/format/yaml.ts'
import { fromBase64, toBase64 } from '../../lib/lab/base64.ts'
import { keysOf } from '../../lib/lab/keys.ts'
import { readLab, writeLab } from '../../lib/lab/link.ts'
import { readSlots } from '../../lib/lab/slots.ts'
import { EMPTY_LAB } from '../../lib/lab/state.ts'
import type { ControlConfig } from '../../lib/model/control.ts'
import { parseDuration } from '../../lib/model/duration.ts'
import { escaped, unescaped } from '../../lib/model/escape.ts'
import { readSpan } from '../../lib/model/expiry.ts'
import { globMatches } from '../../lib/model/glob.ts'
import { parseJson } from '../../lib/model/json.ts'
import { compilePattern } from '../../lib/model/linearPattern.ts'
import { matcherText } from '../../lib/model/matcher.ts'
import { parseMatcher } from '../../lib/model/matching.ts'
import { patternOf } from '../../lib/model/patterns.ts'
import { publicText, publicUrl, redactedUrl } from '../../lib/model/publicUrl.ts'
import { parseRef, refText } from '../../lib/model/ref.ts'
import { isOwnersText, readOwners, readSlotsName } from '../../lib/model/slots.ts'
import { fieldsOf } from '../../lib/products/accessLog/fields.ts'
import { logPlaceOf } from '../../lib/products/accessLog/place.ts'
import { dropsIn } from '../../lib/products/accessLog/udpDrops.ts'
import { decimalOf, detached, keyText, withoutFolders } from '../../lib/products/answers.ts'
import { bareWord } from '../../lib/products/bareWord.ts'
import { pythonPattern, pythonReplacement } from '../../lib/products/code/ansible.ts'
import { hclString } from '../../lib/products/code/hcl.ts'
import { kubernetesHost } from '../../lib/products/code/kubernetesHost.ts'
import { providerOf } from '../../lib/products/code/managedCache.ts'
import { codeWriters } from '../../lib/products/codeWriters.ts'
import { readFollowers } from '../../lib/products/control/followers.ts'
import { isNameServer } from '../../lib/products/dns/config.ts'
import { pageOf } from '../../lib/products/envoy/client.ts'
import { parseClusters } from '../../lib/products/envoy/clusters.ts'
import { parseConfigDump } from '../../lib/products/envoy/configDump.ts'
import { discoveryRequest, discoveryResponse, parseEds } from '../../lib/products/envoy/eds.ts'
import { parseStats as envoyStats, rowOf } from '../../lib/products/envoy/stats.ts'
import { parseSocketAddress } from '../../lib/products/exchange.ts'
import { parseExposition } from '../../lib/products/exporters/exposition.ts'
import * as haproxyFile from '../../lib/products/haproxy/configFile.ts'
import * as dataplane from '../../lib/products/haproxy/dataplane/answers.ts'
import { jsonOf } from '../../lib/products/haproxy/dataplane/api.ts'
import { fileLimitOf, parseFrontends, withFrontendLimit } from '../../lib/products/haproxy/frontends.ts'
import { parseInfo } from '../../lib/products/haproxy/info.ts'
import { withDisabled, withMaxconn, withWeight } from '../../lib/products/haproxy/serverLine.ts'
import { parseServersState } from '../../lib/products/haproxy/serversState.ts'
import { parseStat, statSamples } from '../../lib/products/haproxy/stat.ts'
import { wordsIn as haproxyWords } from '../../lib/products/haproxy/words.ts'
import { discovered } from '../../lib/products/kubernetes/discovered.ts'
import { objectShape } from '../../lib/products/kubernetes/objects.ts'
import { refusalText, refusedBy } from '../../lib/products/kubernetes/refused.ts'
import { INGRESSES, qualified, ROUTES, SERVICES, SLICES } from '../../lib/products/kubernetes/resources.ts'
import { readSettingName } from '../../lib/products/kubernetes/settings.ts'
import { parseStats as memcachedStats } from '../../lib/products/memcached/answer.ts'
import { keyOf, readDumped, wordsOf } from '../../lib/products/memcached/metadump.ts'
import { vitalsOf as memcachedVitals } from '../../lib/products/memcached/vitals.ts'
import { readWatched } from '../../lib/products/memcached/watched.ts'
import { withValids } from '../../lib/products/nginx/cache/settings.ts'
import { validIn, withValid } from '../../lib/products/nginx/cache/validFile.ts'
import { readEntry } from '../../lib/products/nginx/log/entry.ts'
import { retriesIn } from '../../lib/products/nginx/nextUpstream.ts'
import { parseStubStatus } from '../../lib/products/nginx/stubStatus.ts'
import { readUpstream, withServers } from '../../lib/products/nginx/upstreamFile.ts'
import { pageOf as vtsPage, zonesIn } from '../../lib/products/nginx/vts/page.ts'
import { parseVts } from '../../lib/products/nginx/vts.ts'
import { wordsIn as nginxWords } from '../../lib/products/nginx/words.ts'
import { parseAnswer } from '../../lib/products/prometheus/client.ts'
import { outputLimits } from '../../lib/products/redis/clientBuffers.ts'
import { announcedIn, openIn, parseClusterNodes } from '../../lib/products/redis/clusterNodes.ts'
import { placeOf } from '../../lib/products/redis/config.ts'
import { fingerprintOf } from '../../lib/products/redis/fingerprint.ts'
import { clusterSamples } from '../../lib/products/redis/group/cluster.ts'
import { sentinelSamples } from '../../lib/products/redis/group/sentinel.ts'
import { infoField, readInfo, takenApart } from '../../lib/products/redis/info.ts'
import { keyPositions, specOf } from '../../lib/products/redis/monitor/keySpecs.ts'
import { bytesOf, readMonitorLine } from '../../lib/products/redis/monitor/line.ts'
import { slotStatsIn } from '../../lib/products/redis/slots/ask.ts'
import { SlotMeter } from '../../lib/products/redis/slots/meter.ts'
import { infoCounts, vitalsOf } from '../../lib/products/redis/vitals.ts'
import { products } from '../../lib/products/sources.ts'
import * as twemproxyFile from '../../lib/products/twemproxy/configFile.ts'
import { parseStatistics } from '../../lib/products/twemproxy/stats.ts'
import { RequestTimes } from '../../lib/products/varnish/accessLog.ts'
import { parseBackendList, payloadOf } from '../../lib/products/varnish/backendList.ts'
import { challengeOf } from '../../lib/products/varnish/cli.ts'
import { parseExporterPage, parseStat as varnishStat } from '../../lib/products/varnish/counters.ts'
import { versionIn } from '../../lib/products/varnish/link.ts'
import { paramOf } from '../../lib/products/varnish/params.ts'
import { hashingOf } from '../../lib/products/varnish/ring.ts'
import { parseVcl } from '../../lib/products/varnish/vcl.ts'
import { sourcesOf, vclWords } from '../../lib/products/varnish/vclWords.ts'
import { withYamlValue, yamlValue } from '../../lib/repository/yamlKey.ts'
import { algorithms } from '../../lib/rings/algorithms.ts'
import { evaluateSpecs } from '../../lib/rings/evaluate.ts'
import { ipv4 } from '../../lib/rings/hashes/haproxy.ts'
import { javaHash } from '../../lib/rings/hashes/java.ts'
import { dalli } from '../../lib/rings/importers/dalli.ts'
import { phpMemcached } from '../../lib/rings/importers/libmemcached.ts'
import { readLiterals, type Group as Source } from '../../lib/rings/importers/literals.ts'
import { dskit, gomemcache, memcachedProxy, memjs, spymemcached } from '../../lib/rings/importers/memcached.ts'
import { named } from '../../lib/rings/importers/named.ts'
import { python } from '../../lib/rings/importers/python.ts'
import { goRedis, predis, redisRb } from '../../lib/rings/importers/redis.ts'
import { listed, serverOf, withoutUser } from '../../lib/rings/importers/servers.ts'
import { importRing } from '../../lib/rings/importers.ts'
import { parseSpec } from '../../lib/rings/spec.ts'
import { readable } from '../../lib/server/http/bytes.ts'
import { operations } from '../../lib/server/http/operations.ts'
import { page, readCursor } from '../../lib/server/http/paging.ts'
import { placeIn } from '../../lib/server/http/sorting.ts'
import { readReportLine } from '../../lib/server/references/reportLine.ts'
import { describeRing } from '../../lib/server/rings/describe.ts'
import { parseGatlingBinary } from '../../lib/server/runs/results/gatlingBinary.ts'
import { parseGatlingJson } from '../../lib/server/runs/results/gatlingJson.ts'
import { parseGatlingLog } from '../../lib/server/runs/results/gatlingText.ts'
import { parseK6 } from '../../lib/server/runs/results/k6.ts'
import { parseLocust } from '../../lib/server/runs/results/locust.ts'
import { readResult } from '../../lib/server/runs/results/readResult.ts'
import { schemas } from '../../lib/server/schemas.ts'
import { keyBytes, keyItem } from '../../lib/warming/keyItem.ts'
import { binaryLog } from '../gatlingLog.ts'

export const GROUPS = [
  'redis',
  'memcached',
  'haproxy',
  'nginx',
  'envoy',
  'twemproxy',
  'varnish',
  'kubernetes',
  'prometheus',
  'config',
  'http',
  'rings',
] as const
export type Group = (typeof GROUPS)[number]

/** One reader of text from outside. `good`: small texts that it reads, from which bad ones are made; `real`: captured answers. */
export type Parser = {
  /** `FOLDER/FILE#FUNCTION` below lib, `PRODUCT/PROBE`, or `PRODUCT#describes`. */
  name: string
  group: Group
  run(text: string): unknown
  good: string[]
  real?: string[]
  /** The YAML library does the work: linear, and slow. */
  yaml?: true
}

const fixture = (path: string) => readFileSync(fileURLToPath(new URL(`../../lib/products/${path}`, import.meta.url)), 'utf8')
const at = Date.UTC(2026, 0, 5)

/** A reply of Redis as its client returns it: written here as JSON, or as a plain text. */
function reply(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/** The pure `parse` of a probe. `raw` turns a text into what its `read` would return. */
function probe(name: string, group: Group, good: string[], raw: (text: string) => unknown = (text) => text, real: string[] = []): Parser {
  const [kind, id] = name.split('/')
  const found = products.find((product) => product.kind === kind)?.probes.find((one) => one.id === id)
  if (!found) throw new Error(`there is no probe ${name}`)
  return { name, group, good, real, run: (text) => found.parse(raw(text), { cursor: null, at }) }
}

const describer = (kind: string, group: Group, good: string[]): Parser => ({
  name: `${kind}#describes`,
  group,
  good,
  run: (text) => products.find((product) => product.kind === kind)!.describes!(text),
})

const INFO =
  'redis_version:7.0.15\r\nrun_id:aa\r\nuptime_in_seconds:9\r\nused_memory:1\r\nkeyspace_hits:1\r\nkeyspace_misses:2\r\nevicted_keys:0\r\nconnected_clients:1\r\ncmdstat_get:calls=9,usec=8,usec_per_call=0.9\r\nerrorstat_ERR:count=1\r\nslave0:ip=10.0.0.1,port=6379,state=online,offset=1,lag=0\r\ndb0:keys=3,expires=1,avg_ttl=9\r\n'
const CLIENT = 'id=3 addr=127.0.0.1:48068 laddr=127.0.0.1:17001 fd=7 name=evenkeel age=0 qbuf=26 omem=0 events=r cmd=client|list\n'
const SLOW = '[[14,1795396895,4084,["GET","k:1"],"127.0.0.1:57572","app"],[13,1795396883,1242,["SET","k","v"]]]'
const HOTKEYS =
  '[["tracking-active",1,"sample-ratio",4,"selected-slots",[[0,16383]],"all-commands-all-slots-us",1672,"collection-start-time-unix-ms",1795717846263,"collection-duration-ms",123,"by-cpu-time-us",["a",9,"b",1],"by-net-bytes",["a",90]]]'
const NODES =
  '07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,host4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected\n67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:30002@31002 myself,master - 0 1426238316232 2 connected 0-10922 16383 [93->-67ed2db8]\n'
const MONITOR = '1339518083.107412 [0 127.0.0.1:60866] "mget" "k:\\x001" "a \\"b\\\\"'
const COMMAND =
  '["mget",-2,["readonly"],1,-1,1,[],[],[["flags",[],"begin_search",["type","index","spec",["index",1]],"find_keys",["type","range","spec",["lastkey",-1,"keystep",1,"limit",0]]]]]'

const redis: Parser[] = [
  probe('redis/info', 'redis', [INFO], (text) => ({ info: text, runId: 'aa', takenOff: { hits: 0, misses: 0 }, writes: ['set'] }), [
    fixture('redis/fixtures/info-everything-7.0.15.txt'),
  ]),
  probe('redis/slowlog', 'redis', [SLOW], (text) => ({ newest: reply(text), entries: reply(text) })),
  probe('redis/commandlog', 'redis', [SLOW], (text) => {
    const log = { newest: reply(text), entries: reply(text) }
    return { 'large-request': log, 'large-reply': log }
  }),
  {
    name: 'products/redis/fingerprint.ts#fingerprintOf',
    group: 'redis',
    good: ['SET product:17 v EX 60'],
    run: (text) => fingerprintOf(text.split(' ')),
  },
  probe('redis/hotkeys', 'redis', [HOTKEYS, fixture('redis/fixtures/hotkeys-valkey.CONSTRUCTED.json')], (text) => ({
    answer: reply(text),
    batches: [],
    perSecond: 2_000,
    sampling: { topK: 20, windowSeconds: 1, percentage: 10 },
  })),
  probe('redis/latency', 'redis', ['[["command",1795396527,13,357],["fast-command",1,2,3]]'], reply),
  probe('redis/memory', 'redis', ['["peak.allocated",1,"keys.bytes-per-key",72,"db.0",["overhead",1]]'], reply),
  probe('redis/clients', 'redis', [CLIENT], undefined, [fixture('redis/fixtures/client-list.txt')]),
  probe('redis/config', 'redis', ['{"maxmemory":"0","latency-monitor-threshold":"0"}'], (text) => {
    const answer = reply(text)
    return typeof answer === 'object' && answer !== null ? answer : { maxmemory: answer }
  }),
  probe('redis/settings', 'redis', ['{"maxmemory":"0","save":"3600 1 300 100"}'], (text) => {
    const answer = reply(text)
    return typeof answer === 'object' && answer !== null ? answer : { maxmemory: answer }
  }),
  probe('redis/cluster', 'redis', [NODES], (text) => ({ nodes: text, openMs: {} })),
  probe('redis/slots', 'redis', ['[[7,["key-count",2,"cpu-usec",1182,"network-bytes-in",9]],[8,["key-count",1]]]'], (text) => {
    const meter = new SlotMeter()
    const counts = slotStatsIn(reply(text))
    const served = new Set(counts.map(({ slot }) => slot))
    meter.note(counts, served, 0)
    meter.note(counts, served, 30_000)
    return meter.measured(served)
  }),
  describer('redis', 'redis', [NODES]),
  {
    name: 'products/redis/clientBuffers.ts#outputLimits',
    group: 'redis',
    good: ['normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
    run: outputLimits,
  },
  { name: 'products/redis/info.ts#readInfo', group: 'redis', good: [INFO], run: readInfo },
  { name: 'products/redis/info.ts#infoField', group: 'redis', good: [INFO], run: (text) => infoField(text, 'run_id') },
  { name: 'products/redis/vitals.ts#vitalsOf', group: 'redis', good: [INFO], run: (text) => vitalsOf(text, at, null, new Set(['set'])) },
  { name: 'products/redis/info.ts#takenApart', group: 'redis', good: [INFO], run: takenApart },
  {
    name: 'products/redis/vitals.ts#infoCounts',
    group: 'redis',
    good: [INFO],
    run: (text) => infoCounts(takenApart(text), { runId: 'aa', uptimeSeconds: 9 }),
  },
  { name: 'products/redis/clusterNodes.ts#parseClusterNodes', group: 'redis', good: [NODES], run: parseClusterNodes },
  {
    name: 'products/redis/clusterNodes.ts#openIn',
    group: 'redis',
    good: ['1 a:1@2 myself,master - 0 0 1 connected 0 [9->-b]'],
    run: openIn,
  },
  { name: 'products/redis/clusterNodes.ts#announcedIn', group: 'redis', good: ['10.0.0.1:6379@16379,host'], run: announcedIn },
  {
    name: 'products/redis/group/cluster.ts#clusterSamples',
    group: 'redis',
    good: ['cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_size:3\r\n'],
    run: clusterSamples,
  },
  {
    name: 'products/redis/group/sentinel.ts#sentinelSamples',
    group: 'redis',
    good: ['name:main ip:10.0.0.1 port:6379 flags:master num-slaves:2 num-other-sentinels:2\nip:10.0.0.2 port:6379'],
    run: sentinelSamples,
  },
  {
    name: 'products/redis/monitor/line.ts#readMonitorLine',
    group: 'redis',
    good: [MONITOR],
    run(text) {
      const line = readMonitorLine(text)
      for (let i = 0; i < line.count; i++) line.argument(i)
    },
  },
  { name: 'products/redis/monitor/line.ts#bytesOf', group: 'redis', good: ['k:\\x001 \\n\\"'], run: bytesOf },
  {
    name: 'products/redis/monitor/keySpecs.ts#specOf',
    group: 'redis',
    good: [COMMAND, '["xread",-4,["readonly","movablekeys"],0,0,0]'],
    run: (text) => keyPositions(specOf('mget', reply(text)), 40, (i) => (i % 2 ? '2' : 'STREAMS')),
  },
  { name: 'model/patterns.ts#patternOf', group: 'redis', good: ['product:17:price'], run: patternOf },
  {
    name: 'products/redis/config.ts#placeOf',
    group: 'redis',
    good: ['rediss://u:p@10.0.0.1:6379/2', 'unix:///run/redis.sock'],
    run: placeOf,
  },
  {
    name: 'products/answers.ts#keyText',
    group: 'redis',
    good: ['k:\u00e9\ud83d\ude00\n'],
    run: (text) => keyText(Buffer.from(text, 'latin1')),
  },
  { name: 'format/printable.ts#printable', group: 'redis', good: ['a\r\nb\x00\ud800'], run: printable },
  { name: 'products/answers.ts#detached', group: 'redis', good: ['allkeys-lru-and-more'], run: detached },
  { name: 'products/answers.ts#decimalOf', group: 'redis', good: ['-1.5e3'], run: decimalOf },
  { name: 'model/glob.ts#globMatches', group: 'redis', good: ['product:17:price'], run: (text) => globMatches('*a*a?a*a*b', text) },
]

const STATS =
  'STAT pid 1\r\nSTAT uptime 9\r\nSTAT time 1795396527\r\nSTAT version 1.6.18\r\nSTAT get_hits 1\r\nSTAT get_misses 2\r\nSTAT evictions 0\r\nSTAT bytes 5\r\nSTAT curr_items 1\r\nSTAT limit_maxbytes 67108864\r\nEND\r\n'
const SLABS =
  'STAT items:1:number 14\r\nSTAT items:1:age 2\r\nSTAT items:1:evicted 0\r\nSTAT 1:chunk_size 96\r\nSTAT 1:free_chunks 10908\r\nSTAT active_slabs 1\r\nEND\r\n'
const memcached: Parser[] = [
  probe('memcached/stats', 'memcached', [STATS], undefined, [
    fixture('memcached/fixtures/memcached-1.6.18-stats.txt'),
    fixture('memcached/fixtures/memcached-1.6.45-stats-extstore.txt'),
  ]),
  probe('memcached/settings', 'memcached', ['STAT maxbytes 67108864\r\nSTAT evictions on\r\nEND\r\n'], undefined, [
    fixture('memcached/fixtures/memcached-1.6.18-stats-settings.txt'),
  ]),
  probe('memcached/slabs', 'memcached', [SLABS], (text) => ({ items: text, slabs: text }), [
    fixture('memcached/fixtures/memcached-1.6.18-stats-items.txt'),
    fixture('memcached/fixtures/memcached-1.6.18-stats-slabs.txt'),
  ]),
  probe('memcached/sizes', 'memcached', ['STAT 96 14\r\nSTAT 128 3\r\nEND\r\n']),
  probe('memcached/proxy', 'memcached', ['STAT proxy_backend_total 4\r\nSTAT cmd_mg 5\r\nEND\r\n']),
  describer('memcached', 'memcached', ['--SERVER=10.0.0.1:11211/?2 --SERVER=cache-2 --BINARY-PROTOCOL']),
  {
    name: 'products/memcached/metadump.ts#readDumped',
    group: 'memcached',
    good: ['key=product%3A1 exp=1795396260 la=1795396200 cas=1 fetch=yes cls=1 size=81'],
    run: readDumped,
  },
  { name: 'warming/keyItem.ts#keyItem', group: 'redis', good: ['k:\xff\n'], run: (text) => keyBytes(keyItem(text)) },
  { name: 'products/memcached/metadump.ts#keyOf', group: 'memcached', good: ['a%3Ab%FF'], run: keyOf },
  { name: 'products/memcached/metadump.ts#wordsOf', group: 'memcached', good: ['a=1 b=2 a=3'], run: wordsOf },
  {
    name: 'products/memcached/watched.ts#readWatched',
    group: 'memcached',
    good: ['ts=1795396236.77028 gid=9 type=item_get key=big0 status=not_found clsid=0 cfd=33 size=0', 'skipped=3'],
    run: readWatched,
  },
  { name: 'products/memcached/vitals.ts#vitalsOf', group: 'memcached', good: [STATS], run: (text) => memcachedVitals(text, 1, 1, null) },
  { name: 'products/memcached/answer.ts#parseStats', group: 'memcached', good: [STATS], run: memcachedStats },
]

const CSV = fixture('haproxy/fixtures/haproxy-2.6-show-stat-socket.csv')
const CFG =
  'global\n  server-state-file /var/x\ndefaults d\n  mode http\n  default-server weight 3 check\nbackend app from d\n  balance uri depth 2\n  hash-type consistent sdbm avalanche\n  server a 10.0.0.1:80 weight 9 id 2\n  server "b" 10.0.0.2:80 disabled # c\n  server-template w 2-4 10.0.0.3:80\n.if streq(a,b)\n  server c 10.0.0.4:80 weight 5\n.endif\n'
const STATE =
  '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_port\n3 app 1 a 10.0.0.1 2 0 100 100 80\n3 app 2 b 10.0.0.2 2 4 1 1 80\n'
const HA_INFO = 'Name: HAProxy\nVersion: 2.6.12\nPid: 7\nUptime_sec: 9\nMaxconn: 100\nCurrConns: 1\n'
const NATIVE =
  '{"stats":[{"name":"app","type":"backend","stats":{"scur":0,"stot":9,"sid":0,"weight":9,"status":"UP","algo":"roundrobin"}},{"backend_name":"app","name":"a","type":"server","stats":{"scur":0,"stot":9,"sid":1,"weight":9,"status":"UP","last_chk":"\\"a"}},{"backend_name":"app","name":"b","type":"server","stats":{"scur":0,"stot":9,"sid":2,"weight":9,"status":"no check"}},{"stats":{}}]}'
const beside = { state: null, file: haproxyFile.parseConfigFile(CFG), version: '2.6.12', writable: true, socket: null }
const haproxy: Parser[] = [
  probe('haproxy/info', 'haproxy', [HA_INFO], (text) => ({ info: text, level: 'admin' }), [
    fixture('haproxy/fixtures/haproxy-2.6-show-info.txt'),
  ]),
  probe('haproxy/servers-state', 'haproxy', [STATE]),
  probe('haproxy/frontends', 'haproxy', [CSV.split('\n').slice(0, 5).join('\n')]),
  probe('haproxy/stat', 'haproxy', [CSV.split('\n').slice(0, 5).join('\n')], (text) => ({ stat: text, ...beside }), [CSV]),
  describer('haproxy', 'haproxy', [CFG, 'server a 10.0.0.1:80 weight 9\nserver b 10.0.0.2:80']),
  {
    name: 'products/haproxy/stat.ts#parseStat',
    group: 'haproxy',
    good: [CSV.split('\n').slice(0, 5).join('\n')],
    real: [CSV, fixture('haproxy/fixtures/haproxy-2.6-stats.csv')],
    run: (text) => statSamples(parseStat(text)),
  },
  {
    name: 'products/haproxy/frontends.ts#parseFrontends',
    group: 'haproxy',
    good: [CSV.split('\n').slice(0, 5).join('\n')],
    run: parseFrontends,
  },
  { name: 'products/haproxy/info.ts#parseInfo', group: 'haproxy', good: [HA_INFO], run: parseInfo },
  {
    name: 'products/haproxy/serversState.ts#parseServersState',
    group: 'haproxy',
    good: [STATE],
    real: [fixture('haproxy/fixtures/haproxy-2.6-show-servers-state.txt')],
    run: parseServersState,
  },
  { name: 'products/haproxy/configFile.ts#parseConfigFile', group: 'haproxy', good: [CFG], run: haproxyFile.parseConfigFile },
  {
    name: 'products/haproxy/dataplane/answers.ts#parseNative',
    group: 'haproxy',
    good: [NATIVE],
    run: (text) => statSamples(dataplane.parseNative(text)),
  },
  { name: 'products/haproxy/dataplane/answers.ts#parseBackends', group: 'haproxy', good: [NATIVE], run: dataplane.parseBackends },
  {
    name: 'products/haproxy/dataplane/answers.ts#parseProcessInfo',
    group: 'haproxy',
    good: ['{"info":{"version":"3.2.1","pid":7,"uptime":9,"processes":1,"cum_req":3,"idle_pct":99}}'],
    run: dataplane.parseProcessInfo,
  },
  {
    name: 'products/haproxy/dataplane/answers.ts#parseRuntimeServers',
    group: 'haproxy',
    good: ['[{"id":"1","name":"a","address":"10.0.0.1","port":80,"admin_state":"ready","weight":9,"iweight":9,"srvrecord":"-"}]'],
    run: (text) => dataplane.parseRuntimeServers(text, 'app'),
  },
  { name: 'products/haproxy/dataplane/answers.ts#parseVersion', group: 'haproxy', good: ['42'], run: dataplane.parseVersion },
  {
    name: 'products/haproxy/dataplane/answers.ts#parseTransaction',
    group: 'haproxy',
    good: ['{"_version":2,"id":"273e3385","status":"in_progress"}'],
    run: dataplane.parseTransaction,
  },
  {
    name: 'products/haproxy/dataplane/answers.ts#parseConfigured',
    group: 'haproxy',
    good: ['{"name":"a","address":"10.0.0.1","port":80,"weight":9,"maintenance":"enabled","check":"enabled"}'],
    run: dataplane.parseConfigured,
  },
  { name: 'products/haproxy/dataplane/api.ts#jsonOf', group: 'haproxy', good: ['{"a":1}'], run: (text) => jsonOf(text, 'it') },
  { name: 'products/haproxy/words.ts#wordsIn', group: 'haproxy', good: ['server "a b" \\#c \'d\' # e'], run: haproxyWords },
  {
    name: 'products/haproxy/dataplane/answers.ts#parseFrontend',
    group: 'haproxy',
    good: ['{"name":"web","maxconn":50}'],
    run: dataplane.parseFrontend,
  },
  {
    name: 'products/haproxy/frontends.ts#fileLimitOf',
    group: 'haproxy',
    good: ['frontend web\n  maxconn 50\n'],
    run: (text) => fileLimitOf(text, 'web', 'f'),
  },
  {
    name: 'products/haproxy/frontends.ts#withFrontendLimit',
    group: 'haproxy',
    good: ['frontend web\n  bind :80\n'],
    run: (text) => withFrontendLimit(text, 'web', '5', 'f'),
  },
  {
    name: 'products/haproxy/serverLine.ts#withWeight',
    group: 'haproxy',
    good: ['server a 10.0.0.1 weight 3 # x'],
    run: (text) => withWeight(text, 5),
  },
  {
    name: 'products/haproxy/serverLine.ts#withMaxconn',
    group: 'haproxy',
    good: ['server a 10.0.0.1 maxconn 3 # x'],
    run: (text) => withMaxconn(text, 5),
  },
  {
    name: 'products/haproxy/serverLine.ts#withDisabled',
    group: 'haproxy',
    good: ['server a 10.0.0.1 disabled  check disabled # x'],
    run: (text) => [withDisabled(text, false), withDisabled(text, true)],
  },
  {
    name: 'products/exchange.ts#parseSocketAddress',
    group: 'haproxy',
    good: ['ipv4@10.0.0.1:99', 'unix@/run/x', '[::1]:9'],
    run: parseSocketAddress,
  },
  { name: 'products/answers.ts#withoutFolders', group: 'haproxy', good: ['nginx: [emerg] in /etc/nginx/a.conf:3'], run: withoutFolders },
]

const CONF =
  'user www;\nhttp {\n  log_format x "{ $a; }";\n  upstream app { hash $request_uri consistent; server 10.0.0.1:80 weight=2; server "unix:/run/a b" down; server c backup; }\n  server { listen 80; location / { proxy_pass http://app; } } # c\n}\n'
const INCLUDE = 'server 10.0.0.1:8080 weight=3 max_fails=2; # big\nserver app.internal  down ;\nleast_conn;\n'
const VTS = JSON.stringify({
  nginxVersion: '1.22.1',
  nowMsec: 1,
  upstreamZones: {
    app: [
      {
        server: '10.0.0.1:80',
        requestCounter: 5,
        inBytes: 1,
        outBytes: 2,
        responses: { '1xx': 0, '2xx': 5, '3xx': 0, '4xx': 0, '5xx': 0 },
        responseMsecCounter: 9,
        responseBuckets: { msecs: [5, 10], counters: [1, 5] },
        weight: 1,
        backup: false,
        down: false,
      },
    ],
  },
  cacheZones: { c: { maxSize: 1, usedSize: 1, responses: { hit: 1, miss: 2 } } },
})
const LOG = '{"u":"10.0.0.1:80, 10.0.0.2:80","us":"502, 200","urt":"0.1, 0.2","st":200,"up":"app","cache":"MISS","key":"/a"}'
const STUB = fixture('nginx/fixtures/nginx-1.22-stub_status.txt')
const nginx: Parser[] = [
  probe('nginx/status', 'nginx', [STUB]),
  {
    name: 'products/nginx/cache/validFile.ts#validIn',
    group: 'nginx',
    good: ['# x\nproxy_cache_valid 200 302 10m;\nproxy_cache_valid any 1m;'],
    run: (text) => validIn(text, 'proxy_cache_valid/200'),
  },
  {
    name: 'products/nginx/cache/validFile.ts#withValid',
    group: 'nginx',
    good: ['proxy_cache_valid 200 302 10m;'],
    run: (text) => withValid(text, 'proxy_cache_valid/200', '1h'),
  },
  {
    name: 'products/nginx/cache/settings.ts#withValids',
    group: 'nginx',
    good: ['proxy_cache_valid 10m;'],
    run: (text) => withValids(text, [{ name: 'proxy_cache_valid/200', expect: '10m', value: '1h' }]),
  },
  probe('nginx/vts', 'nginx', [VTS], (text) => ({ page: text, known: [], own: [] }), [fixture('nginx/fixtures/nginx-1.22-vts-0.2.json')]),
  describer('nginx', 'nginx', [CONF, INCLUDE]),
  { name: 'products/nginx/stubStatus.ts#parseStubStatus', group: 'nginx', good: [STUB], run: parseStubStatus },
  { name: 'products/nginx/vts.ts#parseVts', group: 'nginx', good: [VTS], run: (text) => parseVts(text, [], null) },
  { name: 'products/nginx/vts/page.ts#pageOf', group: 'nginx', good: [VTS], run: vtsPage },
  { name: 'products/nginx/vts/page.ts#zonesIn', group: 'nginx', good: [VTS], run: zonesIn },
  { name: 'products/nginx/words.ts#wordsIn', group: 'nginx', good: [CONF], run: (text) => [...nginxWords(text)].length },
  { name: 'products/nginx/nextUpstream.ts#retriesIn', group: 'nginx', good: [CONF, INCLUDE], run: (text) => retriesIn(text, 'app', 2) },
  { name: 'products/nginx/upstreamFile.ts#readUpstream', group: 'nginx', good: [CONF, INCLUDE], run: (text) => readUpstream(text, 'app') },
  {
    name: 'products/nginx/upstreamFile.ts#withServers',
    group: 'nginx',
    good: [CONF, INCLUDE],
    run: (text) => withServers(text, 'app', [{ server: '10.0.0.1:8080', weight: 7 }]),
  },
  {
    name: 'products/accessLog/udpDrops.ts#dropsIn',
    group: 'nginx',
    good: [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n 1234: 0100007F:1414 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 81 2 ffff8 17',
    ],
    run: (text) => dropsIn(text, 5140),
  },
  {
    name: 'products/nginx/log/entry.ts#readEntry',
    group: 'nginx',
    good: [LOG, `<190>Jan  5 10:00:00 h nginx: ${LOG}`],
    real: [fixture('nginx/fixtures/nginx-1.22-syslog-json.txt')],
    run: readEntry,
  },
  {
    name: 'products/accessLog/fields.ts#fieldsOf',
    group: 'nginx',
    good: [LOG, `<190>Jan  5 10:00:00 h nginx: ${LOG}`, 'u:10.0.0.1:80\tus:200\turt:0.1'],
    run: fieldsOf,
  },
  { name: 'products/accessLog/place.ts#logPlaceOf', group: 'nginx', good: ['syslog://127.0.0.1:5140', '/var/log/a.log'], run: logPlaceOf },
]

const EDS = JSON.stringify({
  version_info: '1',
  resources: [
    {
      '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
      cluster_name: 'c',
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: '10.0.0.1', port_value: 80 } } }, load_balancing_weight: 3 }],
        },
      ],
    },
  ],
})
const CLUSTERS = JSON.stringify({
  cluster_statuses: [
    {
      name: 'c',
      host_statuses: [
        {
          address: { socket_address: { address: '10.0.0.1', port_value: 80 } },
          stats: [{ name: 'rq_total', value: '5' }],
          health_status: { eds_health_status: 'HEALTHY' },
          weight: 3,
        },
      ],
    },
  ],
})
const DUMP = JSON.stringify({
  configs: [
    {
      '@type': 'x.ClustersConfigDump',
      static_clusters: [{ cluster: { name: 'c', lb_policy: 'RING_HASH', ring_hash_lb_config: { minimum_ring_size: '64' } } }],
    },
    { '@type': 'x.RoutesConfigDump', routes: [{ route: { cluster: 'c', hash_policy: [{}] } }] },
    { dynamic_endpoint_configs: [{ endpoint_config: { cluster_name: 'c', endpoints: [{ lb_endpoints: [] }] } }] },
  ],
})
const PROM =
  '# TYPE envoy_cluster_upstream_rq_retry counter\nenvoy_cluster_upstream_rq_retry{envoy_cluster_name="c"} 5\nenvoy_cluster_upstream_rq_time_sum{envoy_cluster_name="c"} 9.5\nenvoy_cluster_upstream_rq_time_count{envoy_cluster_name="c"} 2\n'
const DISCOVERY = '{"version_info":"0","resource_names":["c"],"node":{"id":"a","cluster":"b"},"error_detail":{"message":"no"}}'
const envoy: Parser[] = [
  probe('envoy/clusters', 'envoy', [CLUSTERS], (text) => ({ clusters: text, config: null, eds: { because: 'none' } }), [
    fixture('envoy/fixtures/envoy-clusters-format-json.CONSTRUCTED.json'),
  ]),
  probe('envoy/stats', 'envoy', [PROM], (text) => ({ page: text, dump: { text: DUMP } })),
  probe('envoy/server-info', 'envoy', ['{"version":"abc/1.31.0/Clean/RELEASE/BoringSSL","state":"LIVE","uptime_current_epoch":"9s"}']),
  describer('envoy', 'envoy', [EDS]),
  {
    name: 'products/envoy/clusters.ts#parseClusters',
    group: 'envoy',
    good: [CLUSTERS],
    run: (text) => parseClusters(text, new Map(), () => true),
  },
  { name: 'products/envoy/configDump.ts#parseConfigDump', group: 'envoy', good: [DUMP], run: parseConfigDump },
  { name: 'products/envoy/stats.ts#parseStats', group: 'envoy', good: [PROM], run: (text) => envoyStats(text, null) },
  {
    name: 'products/envoy/stats.ts#rowOf',
    group: 'envoy',
    good: ['envoy_cluster_upstream_rq_retry{envoy_cluster_name="c"} 5'],
    run: rowOf,
  },
  {
    name: 'products/envoy/eds.ts#parseEds',
    group: 'envoy',
    good: [EDS],
    real: [fixture('envoy/fixtures/envoy-eds-file.CONSTRUCTED.json')],
    run: parseEds,
  },
  {
    name: 'products/envoy/eds.ts#discoveryRequest',
    group: 'envoy',
    good: [DISCOVERY],
    run: (text) => discoveryResponse([], discoveryRequest(reply(text))),
  },
  { name: 'products/envoy/client.ts#pageOf', group: 'envoy', good: [EDS], run: (text) => pageOf(text, 'page') },
]

const NUTCRACKER =
  'alpha:\n  listen: 127.0.0.1:22121\n  hash: crc32a\n  distribution: ketama\n  hash_tag: "{}"\n  server_retry_timeout: 2000\n  servers:\n   - 127.0.0.1:6379:1 one\n   - "/run/a.sock:3"\n'
const NUT_STATS = JSON.stringify({
  service: 'nutcracker',
  source: 'h',
  version: '0.5.0',
  uptime: 9,
  timestamp: 1795396527,
  alpha: {
    client_connections: 1,
    server_ejects: 0,
    forward_error: 0,
    one: { server_err: 0, server_timedout: 0, server_connections: 1, server_ejected_at: 0, requests: 5, in_queue: 0, out_queue: 0 },
  },
})
const twemproxy: Parser[] = [
  probe('twemproxy/stats', 'twemproxy', [NUT_STATS], (text) => ({ stats: text, file: { text: NUTCRACKER }, restarts: true }), [
    fixture('twemproxy/fixtures/twemproxy-0.5-stats.json'),
  ]),
  { ...describer('twemproxy', 'twemproxy', [NUTCRACKER, '- a:6379:1 one\n- b:6379:2\n']), yaml: true },
  {
    name: 'products/twemproxy/stats.ts#parseStatistics',
    group: 'twemproxy',
    good: [NUT_STATS],
    run: (text) => parseStatistics(text, null, true),
  },
  {
    name: 'products/twemproxy/configFile.ts#parseServer',
    group: 'twemproxy',
    good: ['127.0.0.1:6379:1 one', '/run/a.sock:1'],
    run: twemproxyFile.parseServer,
  },
  {
    name: 'products/twemproxy/configFile.ts#parseConfigFile',
    group: 'twemproxy',
    good: [NUTCRACKER],
    yaml: true,
    run: twemproxyFile.parseConfigFile,
  },
  {
    name: 'products/twemproxy/configFile.ts#withWeights',
    group: 'twemproxy',
    good: [NUTCRACKER],
    yaml: true,
    run: (text) => twemproxyFile.withWeights(text, [{ pool: 'alpha', server: 'one', weight: 4 }]),
  },
]

const MATRIX =
  '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"redis_up","instance":"a:1"},"values":[[1.5,"1"],[2.5,"NaN"]]},{"metric":{"__name__":"up"},"value":[1,"1"]}]}}'
const VARNISHSTAT =
  '{"version":1,"timestamp":"2026-11-27T04:21:03","counters":{"MAIN.uptime":{"flag":"c","format":"d","value":119},"MAIN.cache_hit":{"value":4},"SMA.s0.g_bytes":{"value":9},"VBE.boot.a.req":{"value":1},"VBE.boot.a.happy":{"value":18446744073709551615}}}'
const BACKENDS =
  '[3,["backend.list","-p","-j"],1.5,{"boot.a":{"type":"backend","admin_health":"probe","probe_message":[8,8,"healthy"],"probe_details":{}},"boot.d":{"type":"random","admin_health":"probe","probe_message":[1,1,"healthy"],"probe_details":{"total_weight":4.5,"backends":{"a":{"weight":3,"health":"healthy"}}}}}]'
const varnish: Parser[] = [
  {
    name: 'products/varnish/accessLog.ts#RequestTimes',
    group: 'varnish',
    good: ['{"side":"c","handling":"hit","ttfb":"0.0001","backend":"-"}', '{"side":"b","handling":"-","ttfb":"0.02","backend":"a"}'],
    run: (text) => {
      const times = new RequestTimes(0)
      times.take(text)
      return times.look(1_000, { a: 'app' })
    },
  },
  probe('varnish/stats', 'varnish', [VARNISHSTAT], (text) => ({ text, form: 'varnishstat', listed: { vcl: 'boot', poolOf: { a: 'd' } } }), [
    fixture('varnish/fixtures/varnish-7.1.1-varnishstat.json'),
  ]),
  probe('varnish/backends', 'varnish', [BACKENDS], (text) => ({ list: text, banner: text, vcl: null }), [
    fixture('varnish/fixtures/varnish-7.1.1-backend-list.json'),
  ]),
  probe('varnish/params', 'varnish', ['[2,["param.show","-j"],1.5,{"value":120.000}]'], (text) => [{ name: 'default_ttl', text }]),
  { name: 'products/varnish/counters.ts#parseStat', group: 'varnish', good: [VARNISHSTAT], run: varnishStat },
  {
    name: 'products/varnish/counters.ts#parseExporterPage',
    group: 'varnish',
    good: ['varnish_up 1\nvarnish_main_uptime 9\nvarnish_backend_req{backend="a",server="unknown"} 1\n'],
    run: (text) => parseExporterPage(text),
  },
  { name: 'products/varnish/backendList.ts#parseBackendList', group: 'varnish', good: [BACKENDS], run: parseBackendList },
  { name: 'products/varnish/backendList.ts#payloadOf', group: 'varnish', good: [BACKENDS], run: (text) => payloadOf('backend.list', text) },
  {
    name: 'products/varnish/params.ts#paramOf',
    group: 'varnish',
    good: ['[2,["x"],1,{"value":9}]'],
    run: (text) => paramOf('default_ttl', text),
  },
  { name: 'products/varnish/cli.ts#challengeOf', group: 'varnish', good: ['ixslvvxrgkjptxmcgnnsdxsvdmvfympg\n'], run: challengeOf },
]

const KUBERNETES =
  '[{"kind":"HTTPRoute","metadata":{"name":"web","namespace":"shop","resourceVersion":"7","managedFields":[{"manager":"helm","operation":"Update","fieldsV1":{"f:spec":{"f:rules":{}}}}]},"spec":{"rules":[{"name":"r","backendRefs":[{"name":"a","port":80,"weight":9},{"name":"b","weight":1}]}]},"status":{"parents":[{"conditions":[{"type":"Accepted","status":"True"}]}]}},{"metadata":{"name":"canary","namespace":"shop","annotations":{"nginx.ingress.kubernetes.io/canary":"true","nginx.ingress.kubernetes.io/canary-weight":"10"}},"spec":{"rules":[{"host":"h","http":{"paths":[{"path":"/","backend":{"service":{"name":"a"}}}]}}]}},{"metadata":{"name":"a-1","namespace":"shop","labels":{"kubernetes.io/service-name":"a","app.kubernetes.io/name":"redis"},"annotations":{"evenkeel.io/kind":"redis","evenkeel.io/port":"6379"}},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}}],"ports":[{"name":"","port":6379}],"spec":{"ports":[{"port":6379}]}}]'
/** As list and watch keep them: what is no object is left out. */
function kubeObjects(text: string) {
  const all = reply(text)
  return (Array.isArray(all) ? all : [all]).flatMap((value) => {
    const parsed = objectShape.safeParse(value)
    return parsed.success ? [parsed.data] : []
  })
}
const kubernetes: Parser[] = [
  probe('kubernetes/mirror', 'kubernetes', [KUBERNETES], (text) => ({
    version: '1.34.1',
    found: null,
    problems: [],
    selected: false,
    collections: [SERVICES, SLICES, ROUTES, INGRESSES].map((resource) => ({
      resource: qualified(resource),
      synced: true,
      left: 0,
      items: kubeObjects(text),
    })),
  })),
  {
    name: 'products/kubernetes/discovered.ts#discovered',
    group: 'kubernetes',
    good: [KUBERNETES],
    run(text) {
      const all = kubeObjects(text)
      const programs = new Map(products.flatMap(({ kind, located }) => (located ? [[kind, located] as const] : [])))
      return discovered({ services: all, slices: all }, programs, { parent: 'prod', labels: true })
    },
  },
  {
    name: 'products/kubernetes/refused.ts#refusedBy',
    group: 'kubernetes',
    good: ['{"kind":"Status","message":"no","reason":"Forbidden","code":403,"details":{"retryAfterSeconds":3}}'],
    run: (text) => refusalText(refusedBy(429, '1', text), { verb: 'list', resource: ROUTES }),
  },
  {
    name: 'products/kubernetes/settings.ts#readSettingName',
    group: 'kubernetes',
    good: ['HTTPRoute/shop/web/0/a/weight', 'HTTPRoute%2Fshop%2Fweb%2F0/a/weight', 'Ingress/shop/web/canary-weight'],
    run: readSettingName,
  },
]
const VCL =
  'vcl 4.1; backend a { .host = "h"; .probe = { .url = "/"; } } sub vcl_init { new d = directors.shard(); d.add_backend(a, weight = 2); d.reconfigure(9); } sub vcl_recv { set req.backend_hint = d.backend(by=URL); /* x */ std.log({"a"} + C{ x }C ""); }'
varnish.push(
  { name: 'products/varnish/vclWords.ts#vclWords', group: 'varnish', good: [VCL], run: (text) => [...vclWords(text)] },
  { name: 'products/varnish/vclWords.ts#sourcesOf', group: 'varnish', good: ['// VCL.SHOW 0 2 /a.vcl\nxy\n'], run: sourcesOf },
  { name: 'products/varnish/vcl.ts#parseVcl', group: 'varnish', good: [VCL], run: (text) => [...hashingOf(parseVcl(text), '7.1.1')] },
  describer('varnish', 'varnish', [VCL]),
  { name: 'products/varnish/link.ts#versionIn', group: 'varnish', good: ['varnish-7.1.1 revision 7cee'], run: versionIn },
)

const PAGE = 'cache_gets_total{cache="a \\"b\\"",result="hit"} 5 1520879607789\ncache_size{cache="a"} NaN\nredis_up 1\n'
const ANALYTICS =
  '{"viewer":{"zones":[{"minutes":[{"count":10,"avg":{"sampleInterval":2},"dimensions":{"datetimeMinute":"2026-01-05T00:00:00Z","cacheStatus":"hit"}}],"colos":[],"paths":[{"count":1,"dimensions":{"clientRequestPath":"/a","cacheStatus":"miss"}}]}]}}'
const prometheus: Parser[] = [
  probe('cloudflare/analytics', 'prometheus', [ANALYTICS], (text) => ({ data: reply(text), at })),
  probe('prometheus/series', 'prometheus', [MATRIX], (text) => ({ at, series: text, exporter: 'redis_exporter', mappings: [] })),
  { name: 'products/dns/config.ts#isNameServer', group: 'prometheus', good: ['10.0.0.53:53', '[fd00::53]:53'], run: isNameServer },
  probe('scrape/page', 'prometheus', [PAGE], (text) => ({ page: { at, text, openMetrics: false }, mappings: [] })),
  {
    name: 'products/exporters/exposition.ts#parseExposition',
    group: 'prometheus',
    good: [PAGE],
    run: (text) => parseExposition(text, { openMetrics: false, wanted: () => true, at }),
  },
  { name: 'products/prometheus/client.ts#parseAnswer', group: 'prometheus', good: [MATRIX], run: parseAnswer },
]

const YAML = [
  'listen: 127.0.0.1:3000\npoll: { interval: 1s, timeout: 2s }\ntargets:\n  - { kind: redis, name: a, url: "redis://127.0.0.1:6379" }\n',
  'mode: observe\ntargets:\n  - kind: haproxy\n    name: edge\n    socket: /run/h.sock\nrules:\n  cache/hit-ratio-low: { for: 5m }\n',
  'receivers:\n  - { name: ops, kind: webhook, url: "https://x.example/$\u007bTOKEN}", secret_file: s }\nroutes:\n  - { match: { severity: page }, to: [ops] }\n',
]
const outside = { env: { TOKEN: 't"#\n: {' }, readFile: (path: string) => (path.includes('s') ? 'secret\n' : fail()) }
const fail = (): never => {
  throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
}
/** Its callers report a text that nests too deeply. */
const nested = (read: (text: string) => unknown) => (text: string) => {
  try {
    read(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}
/** What a writer of code reads of its product's file, and what it makes of it. */
const inFile = (kind: 'redis' | 'memcached' | 'haproxy' | 'nginx' | 'envoy' | 'twemproxy', name: string, good: string[]): Parser => ({
  name: `products/${kind}/asCode.ts#${kind}Code`,
  group: kind,
  good,
  ...(kind === 'twemproxy' && { yaml: true as const }),
  run(text) {
    const { file } = codeWriters.find((writer) => writer.kind === kind)!
    const [[, value] = []] = Object.entries(file!.read(text, [name], 'f'))
    return value === undefined ? null : file!.write(text, [{ name, expect: value, value: '8388608' }], 'f')
  },
})
const written = (name: string, run: (text: string) => unknown): Parser => ({ name, group: 'config', good: ['a$' + '{b}\'{{ c }}\n"'], run })
const asCode: Parser[] = [
  inFile('redis', 'config/maxmemory', ['maxmemory 1gb\nmaxmemory-policy "allkeys-lru"\r\n# x\n']),
  inFile('memcached', 'limit_maxbytes', ['# -m 1\n-m 64\n-p 11211\n', 'OPTIONS="-l ::1 -m 64"']),
  inFile('haproxy', 'app/a/weight', [CFG]),
  inFile('nginx', 'app/10.0.0.1:80/weight', ['upstream app { server 10.0.0.1:80 weight=2; }', INCLUDE]),
  inFile('envoy', 'c/10.0.0.1:80/weight', [EDS]),
  inFile('twemproxy', 'alpha/one/weight', [NUTCRACKER]),
  {
    name: 'repository/yamlKey.ts#yamlValue',
    group: 'config',
    yaml: true,
    good: ['a:\n  - b: 1 # x\n'],
    run: (text) => yamlValue(text, ['a', 0, 'b'], 'f'),
  },
  {
    name: 'repository/yamlKey.ts#withYamlValue',
    group: 'config',
    yaml: true,
    good: ['a:\n  - b: 1 # x\n', '{\n  "a": [\n    {\n      "b": "x"\n    }\n  ]\n}\n'],
    run: (text) => withYamlValue(text, ['a', 0, 'b'], '2', 'f'),
  },
  written('format/shell.ts#shellWord', shellWord),
  written('products/code/hcl.ts#hclString', hclString),
  written('products/code/ansible.ts#pythonPattern', pythonPattern),
  written('products/code/ansible.ts#pythonReplacement', pythonReplacement),
  written('exporters/evenkeelCall.ts#evenkeelCall', (text) => evenkeelCall(text, [], text)),
  {
    name: 'products/code/kubernetesHost.ts#kubernetesHost',
    group: 'config',
    good: ['redis-0.redis.shop.svc.cluster.local'],
    run: kubernetesHost,
  },
  { name: 'products/code/managedCache.ts#providerOf', group: 'config', good: ['a.use1.cache.amazonaws.com'], run: providerOf },
]
const config: Parser[] = [
  {
    name: 'config/parse.ts#parseConfig',
    group: 'config',
    good: YAML,
    yaml: true,
    run: (text) => parseConfig(text, outside.env, schemas(), { file: '/etc/evenkeel.yaml', readFile: outside.readFile }),
  },
  {
    name: 'config/audit.ts#readSyslog',
    group: 'config',
    good: ['tls://logs.example:6514', 'udp://[::1]', 'unix:/run/syslog.sock'],
    run: (text) => readSyslog(text),
  },
  {
    name: 'config/listen.ts#readListen',
    group: 'config',
    good: YAML,
    yaml: true,
    run: (text) => readListen(text, outside.env, { file: '/etc/evenkeel.yaml', readFile: outside.readFile }),
  },
  { name: 'config/yamlText.ts#parseYaml', group: 'config', good: YAML, yaml: true, run: (text) => parseYaml(text, new LineCounter(), []) },
  { name: 'config/edit/edit.ts#shownAlerts', group: 'config', good: YAML, yaml: true, run: (text) => shownAlerts(text, schemas()) },
  {
    name: 'config/edit/edit.ts#editedText',
    group: 'config',
    good: YAML,
    yaml: true,
    run: (text) => editedText(text, { receivers: [], routes: [] }, schemas(), []),
  },
  { name: 'config/document.ts#readSource', group: 'config', good: YAML, yaml: true, run: (text) => readSource(text, outside) },
  { name: 'model/publicUrl.ts#publicUrl', group: 'config', good: ['https://u:p@x.example/a?b=c'], run: publicUrl },
  { name: 'model/publicUrl.ts#redactedUrl', group: 'config', good: ['redis://:p@[::1]:1/a?b=c'], run: redactedUrl },
  { name: 'model/publicUrl.ts#publicText', group: 'config', good: ['at https://u:p@x.example/a, no'], run: publicText },
  { name: 'format/yaml.ts#yamlDocument', group: 'config', good: YAML, yaml: true, run: nested(yamlDocument) },
  { name: 'format/url.ts#withoutTrailingSlashes', group: 'config', good: ['http://a/b//'], run: withoutTrailingSlashes },
  {
    name: 'model/ref.ts#parseRef',
    group: 'config',
    good: ['pool:edge/app', 'server:a%2Fb/app/x', 'cache:proxy/zone', 'node:products/a', 'ring:products', 'target:a:b%', 'clients'],
    run(text) {
      const ref = parseRef(text)
      return ref && refText(ref)
    },
  },
  { name: 'model/escape.ts#unescaped', group: 'config', good: ['a%2Fb%25c'], run: (text) => escaped(unescaped(text)) },
  {
    name: 'model/matching.ts#parseMatcher',
    group: 'config',
    good: ['target=~"cache-\\d+"', 'pool != a', 'key="a\\"b"'],
    run: (text) => matcherText(parseMatcher(text)),
  },
  {
    name: 'model/linearPattern.ts#compilePattern',
    group: 'config',
    good: ['cache-(a|b)', '[^a]{1,3}\\.+'],
    run: (text) => compilePattern(text)('cache-a'),
  },
  { name: 'model/duration.ts#parseDuration', group: 'config', good: ['1h30m', '250ms', '9'], run: parseDuration },
]

const schemasOf = operations.flatMap(({ params, query, body }) => [params, query, body].filter((schema) => schema !== undefined))
const BODY =
  '{"text":"server a 10.0.0.1","limit":"5","from":"2026-01-05T10:00:00Z","step":"10s","name":"a","steps":[{"setting":"edge/app/a/weight","value":"3"}]}'
const http: Parser[] = [
  {
    name: 'server/references/reportLine.ts#readReportLine',
    group: 'http',
    good: ['1767225600123 89abcdef01234567 get', '5.5 0000000000000000 set 512 60000 product:*', '1 ffffffffffffffff delete - -\r'],
    run: (text) => readReportLine(text, 1),
  },
  {
    name: 'server/http/operations.ts#operations',
    group: 'http',
    good: [BODY],
    run(text) {
      const value = reply(text)
      for (const schema of schemasOf) schema.safeParse(value)
    },
  },
  { name: 'server/http/bytes.ts#readable', group: 'http', good: ['/api/v1/rings/%ffa%41?x=%'], run: readable },
  { name: 'server/http/paging.ts#page', group: 'http', good: ['a2ExIGI'], run: (cursor) => page(['a', 'b'], (item) => item, { cursor }) },
  { name: 'server/http/paging.ts#readCursor', group: 'http', good: ['a2ExIGI'], run: readCursor },
  { name: 'server/http/sorting.ts#placeIn', group: 'http', good: ['a1swLDEyLjUsImNhY2hlLTciXQ'], run: placeIn },
  {
    name: 'auth/origin.ts#hostName',
    group: 'http',
    good: ['127.0.0.1:3000', '[::1]:1'],
    run: (text) => [hostName(text), isOwnName(text, text)],
  },
  { name: 'engine/reason.ts#withoutSecrets', group: 'http', good: ['at redis://u:p@h: no'], run: withoutSecrets },
  { name: 'changes/findSetting.ts#quoted', group: 'http', good: ['edge/app/a/weight\u202e'], run: quoted },
  { name: 'model/slots.ts#readSlotsName', group: 'http', good: ['slots/0-40,93'], run: readSlotsName },
  { name: 'model/slots.ts#readOwners', group: 'http', good: ['10.0.0.1:1=1 [::1]:2=2-3'], run: (text) => readOwners(text, [1, 2, 3]) },
  { name: 'model/slots.ts#isOwnersText', group: 'http', good: ['10.0.0.1:1=1 [::1]:2=2-3'], run: isOwnersText },
  { name: 'model/expiry.ts#readSpan', group: 'http', good: ['2026-01-05T12:00:00Z+10s'], run: readSpan },
]

const SPEC = '{"algorithm":"ketama","nodes":[{"name":"a","points":4},{"name":"b","weight":2,"address":"10.0.0.1:11211"}],"options":{}}'
const SPECS = [
  SPEC,
  '{"algorithm":"redis-cluster","nodes":[{"name":"a","slots":[[0,99],[200,16383]]}]}',
  '{"version":3,"algorithm":"haproxy-consistent","nodes":[{"name":"a","id":1,"weight":3}],"options":{"function":"sdbm","version":"2.6.12"}}',
  '{"algorithm":"envoy-maglev","nodes":[{"name":"a"},{"name":"b","label":"x","state":"down"}],"options":{"tableSize":11}}',
  '{"algorithm":"twemproxy-ketama","nodes":[{"name":"a","weight":1}],"options":{"hash":"crc32a","hashTag":"{}"}}',
]
/** A larger ring is only computed in a worker. */
const SMALL_RING = 2_000
const control = { kind: 'control', name: 'ring:r', key: 'k', redis: { kind: 'redis', name: 'a' } }
const ringControl = {
  ...control,
  ring: { name: 'r', spec: { algorithm: 'ketama', nodes: [{ name: 'a' }] }, nodes: [] },
} as unknown as ControlConfig
const ttlControl = { ...control, ttl: { name: 't', match: 'a:*', ttlMs: 5, jitter: 0 } } as unknown as ControlConfig
const TTL = '{"version":1,"match":"a:*","ttlMs":60000,"jitter":0.1}'
const followers = { a: '{"name":"app","version":3,"at":"2026-01-05T00:00:00Z"}' }
/** Its caller reports an address that is no base64. */
const encoded = (text: string) => {
  try {
    fromBase64(text)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
}
const LINKS = [
  writeLab({ ...EMPTY_LAB, of: 'ring:products', keys: ['cart:1'], traffic: { reads: 900 } }),
  writeLab({ ...EMPTY_LAB, after: parseSpec(reply(SPEC)) }),
]
const imported = (file: string, importer: (text: string, source: Source) => unknown, ...good: string[]): Parser => ({
  name: `rings/importers/${file}.ts#${importer.name}`,
  group: 'rings',
  good,
  run: (text) => importer(text, readLiterals(text)),
})
const PHP = "$m = new Memcached; $m->setOption(Memcached::OPT_HASH, Memcached::HASH_MD5); $m->addServers([['h', 11211, 3]]);"
const DJANGO = '{"BACKEND": "x.PyMemcacheCache", "LOCATION": ["a:1", "b:2"]}'
const importers: Parser[] = [
  { name: 'rings/importers.ts#importRing', group: 'rings', good: [PHP, DJANGO, 'dalli a:1 b:2'], run: importRing },
  { name: 'rings/importers/literals.ts#readLiterals', group: 'rings', good: [PHP, DJANGO], run: readLiterals },
  { name: 'rings/importers/servers.ts#serverOf', group: 'rings', good: ['memcached://u:p@h:1:2', '[::1]:1', '/run/a:3'], run: serverOf },
  { name: 'rings/importers/servers.ts#withoutUser', group: 'rings', good: ['memcached://u:p@h:1/'], run: withoutUser },
  { name: 'rings/importers/servers.ts#listed', group: 'rings', good: ['a:1, b:2;c'], run: listed },
  imported('dalli', dalli, "Dalli::Client.new(['a:1:2', 'b'], x: 1)", "config.cache_store = :mem_cache_store, 'a', { b: 1 }"),
  imported('redis', redisRb, 'Redis::Distributed.new %w[redis://a:1/0 redis://:p@b]'),
  imported('redis', predis, "new Predis\\Client(['tcp://a:1?alias=b&weight=2', ['host' => 'c']], ['cluster' => 'predis'])"),
  imported('redis', goRedis, 'redis.RingOptions{Addrs: map[string]string{"a": ":7000"}}'),
  imported('libmemcached', phpMemcached, PHP),
  imported('python', python, DJANGO, "HashClient([('a', 1), 'b:2'])", 'memcache.Client(["a:1", ("b:2", 3)])'),
  imported('memcached', memjs, "memjs.Client.create('u:p@a:1,b:2')"),
  imported(
    'memcached',
    spymemcached,
    'new MemcachedClient(new KetamaConnectionFactory(), AddrUtil.getAddresses("10.0.0.1:1 a/10.0.0.2:1"))',
  ),
  imported(
    'memcached',
    memcachedProxy,
    'pools{ main = { backends = { "a:1" } } }',
    "mcp.pool({ mcp.backend('b', 'h', 1) }, { seed = 's' })",
  ),
  imported('memcached', gomemcache, 'memcache.New("a:1", "b:2")'),
  imported('memcached', dskit, 'memcached:\n  addresses: "a:1,b:2"\n', 'memcached:\n  addresses:\n    - a:1\n'),
  imported('named', named, 'dalli a:1, b:2:3'),
]
const rings: Parser[] = [
  ...importers,
  {
    name: 'rings/spec.ts#parseSpec',
    group: 'rings',
    good: SPECS,
    run(text) {
      const spec = parseSpec(reply(text))
      if (algorithms[spec.algorithm].size(spec) <= SMALL_RING) evaluateSpecs(spec, spec, ['a', 'b{c}'])
    },
  },
  {
    name: 'server/rings/describe.ts#describeRing',
    yaml: true,
    group: 'rings',
    good: [...SPECS, CONF, CFG, NUTCRACKER, NODES, EDS],
    run: describeRing,
  },
  probe('control/document', 'rings', SPECS, (text) => ({ config: ringControl, text, wrong: null, followers: { ...followers, b: text } })),
  probe('control/copies', 'rings', SPECS, (text) => ({
    config: ringControl,
    copies: [
      { name: 'a', text, wrong: null },
      { name: 'b', text: null, wrong: text },
    ],
  })),
  {
    ...probe('control/document', 'rings', [TTL], (text) => ({ config: ttlControl, text, wrong: null, followers: {} })),
    name: 'products/control/ttlDocument.ts#readTtl',
  },
  {
    name: 'products/control/followers.ts#readFollowers',
    group: 'rings',
    good: Object.values(followers),
    run: (text) => readFollowers({ a: text }, at),
  },
  {
    name: 'model/json.ts#parseJson',
    group: 'rings',
    good: [SPEC],
    run: reply,
  },
  { name: 'rings/hashes/haproxy.ts#ipv4', group: 'rings', good: ['10.0.0.1'], run: ipv4 },
  { name: 'rings/hashes/java.ts#javaHash', group: 'rings', good: ['cart:{17}:\ud83d\ude00'], run: javaHash },
  {
    name: 'products/bareWord.ts#bareWord',
    group: 'rings',
    good: ['10.0.0.1:11211'],
    run: (text) => bareWord(text, 'A name', /^[\w.:-]+$/),
  },
  { name: 'lab/slots.ts#readSlots', group: 'rings', good: ['0-5460 5462,10923-16383'], run: readSlots },
  { name: 'lab/keys.ts#keysOf', group: 'rings', good: ['cart:1\r\ncart:2\n\ncart:1'], run: keysOf },
  { name: 'lab/base64.ts#fromBase64', group: 'rings', good: ['eyJvZiI6InJpbmc6YSJ9', toBase64(new Uint8Array([251, 255]))], run: encoded },
  { name: 'lab/link.ts#readLab', group: 'rings', good: LINKS, run: readLab },
]

/** Every reader of text from outside: what a server answers, a file holds, or somebody sends. `parsers.test.ts` finds one that is missing. */
const K6 =
  '{"metrics":{"http_reqs":{"type":"counter","values":{"count":9,"rate":1},"thresholds":{"rate>0":{"ok":true}}},"http_req_failed":{"type":"rate","values":{"rate":0,"passes":0,"fails":9}},"http_req_duration":{"type":"trend","values":{"avg":4,"p(95)":9}}}}'
const READABLE =
  '{"config":{"duration":9},"results":{"checks":{"results":[{"name":"a","passes":1,"fails":0}]},"metrics":[{"name":"http_reqs","values":{"count":9}}]}}'
const LOCUST =
  'Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Max Response Time,Requests/s,95%\r\nGET,"/a,b",4,1,3,4.5,9,0.5,N/A\r\n,Aggregated,4,1,3,4.5,9,0.5,9\r\n'
const HISTORY =
  'Timestamp,User Count,Type,Name,Requests/s,Failures/s,95%,Total Request Count,Total Failure Count,Total Average Response Time,Total Max Response Time\n1795753000,1,,Aggregated,1.5,0.0,9,1,0,4,9\n1795753001,2,,Aggregated,2.5,0.0,9,4,0,4,9\n'
const GATLING =
  'ASSERTION\tAA=\nRUN\ta.Sim\tsim\t1795753000000\t \t3.9.5\nUSER\tscn\tSTART\t1795753000000\nREQUEST\tCart\tAdd\t1795753000000\t1795753000090\tOK\t \nERROR\tx\t1795753000090\n'
const REPORT = JSON.stringify({
  type: 'GROUP',
  path: '',
  stats: Object.fromEntries(
    [
      'numberOfRequests',
      'maxResponseTime',
      'meanResponseTime',
      'percentiles1',
      'percentiles3',
      'percentiles4',
      'meanNumberOfRequestsPerSecond',
    ].map((name) => [name, { total: 9, ok: 9, ko: 0 }]),
  ),
  contents: {},
})
const BINARY = binaryLog(1_795_753_000_000, (log) => log.user(0, true, 0).request(['Cart'], 'Add', 0, 90, true).error('x', 90)).toString(
  'latin1',
)
/** What load generators write, which is uploaded by scripts. */
const loadResults: Parser[] = [
  { name: 'server/runs/results/locust.ts#parseLocust', group: 'http', good: [LOCUST, HISTORY], run: parseLocust },
  { name: 'server/runs/results/gatlingText.ts#parseGatlingLog', group: 'http', good: [GATLING], run: parseGatlingLog },
  {
    name: 'server/runs/results/gatlingJson.ts#parseGatlingJson',
    group: 'http',
    good: [REPORT],
    run: (text) => parseGatlingJson(reply(text)),
  },
  { name: 'server/runs/results/k6.ts#parseK6', group: 'http', good: [K6, READABLE], run: (text) => parseK6(reply(text)) },
  {
    name: 'server/runs/results/gatlingBinary.ts#parseGatlingBinary',
    group: 'http',
    good: [BINARY],
    run: (text) => parseGatlingBinary(Buffer.from(text, 'latin1')),
  },
  {
    name: 'server/runs/results/readResult.ts#readResult',
    group: 'http',
    good: [K6, LOCUST, GATLING, REPORT, BINARY],
    run: (text) => readResult(Buffer.from(text, 'latin1')),
  },
]

export const PARSERS: Parser[] = [
  ...loadResults,
  ...redis,
  ...memcached,
  ...haproxy,
  ...nginx,
  ...envoy,
  ...twemproxy,
  ...varnish,
  ...kubernetes,
  ...prometheus,
  ...config,
  ...asCode,
  ...http,
  ...rings,
]

/** Probes whose `parse` is given what our own code has counted (or a provider's SDK has read), not what came over the wire. */
export const COUNTED = [
  'dns/records',
  'aws/description',
  'aws/metrics',
  'cloudflare/zone',
  'haproxy/access-log',
  'haproxy/config',
  'nginx/upstreams',
  'nginx/access-log',
  'varnish/access-log',
  'memcached/keys',
  'memcached/largest',
  'memcached/watch',
  'redis/ttl',
  'redis/keys',
  'redis/idle',
  'redis/hot-slot',
  'redis/monitor',
  'redis/references',
  'redis/lfu',
]
/** Functions that take a text without parsing it. */
export const NO_READERS = [
  'products/memcached/answer.ts#isErrorLine',
  'products/memcached/answer.ts#beginsStats',
  'server/heartbeat/ping.ts#ping',
  'products/http.ts#getText',
  'products/haproxy/settings.ts#refusedBy',
  'server/workers/rings.ts#describeInThread',
  'auth/issuer.ts#callbackOf',
  'config/fingerprint.ts#fingerprintOf',
  'config/edit/patch.ts#patchList',
  'config/edit/patch.ts#spliced',
  'server/http/withCookies.ts#withCookies',
  'server/traces/line.ts#found',
  'curves/hash.ts#textHash',
  'auth/sealed.ts#unsealed',
  'rings/hashes/bytes.ts#utf8',
  'rings/algorithms/varnish.ts#varnishHash',
  'products/nginx/cache/statuses.ts#isCacheStatus',
  'notifiers/markup.ts#cut',
  'notifiers/markup.ts#bytes',
  'products/interned.ts#interned',
  'products/redis/packedKeys.ts#unpacked',
]
